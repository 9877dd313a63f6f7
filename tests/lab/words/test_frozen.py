"""Frozen dataclasses: the same as those of the standard library, with the same methods for all."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from overheard.words.frozen import dataclass
from overheard.words.report import Flow
from overheard.words.secret import Secret
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from collections.abc import Callable


class Tree:
    """A tree."""

    name: str
    height: int = 3
    acorns: list[str] = dataclasses.field(default_factory=list)
    hidden: bytes = dataclasses.field(default=b"", repr=False)
    seen: int = dataclasses.field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.height < 0:
            raise ValueError("it grows upwards")


def copied(define: Callable[[type], type]) -> Any:  # noqa: ANN401  (a class with the fields of `Tree`)
    """The class, defined in one of two ways."""
    return define(type("Tree", (), {name: value for name, value in vars(Tree).items() if name != "__dict__"}))


OURS, THEIRS = copied(dataclass(frozen=True)), copied(dataclasses.dataclass(frozen=True))
GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("oak",), {}),
    (("oak", 4), {"hidden": b"nut"}),
    (("oak", 4, ["one"], b"nut", 7), {}),
    ((), {"seen": 7, "name": "oak", "acorns": ["one"]}),
    ((), {}),
    (("oak", 4, [], b"", 7, 8), {}),
    (("oak",), {"name": "elm"}),
    (("oak",), {"width": 2}),
    ((), {"width": 2, "height": 1, "acorns": [], "hidden": b"", "seen": 0}),
    (("oak", -1), {}),
]


def made(kind: Any, given: tuple[Any, ...], named: dict[str, Any]) -> object:  # noqa: ANN401  (either class)
    """What is known of an object, or the kind of its error."""
    try:
        one = kind(*given, **named)
    except (TypeError, ValueError) as problem:
        return type(problem)
    return repr(one), dataclasses.asdict(one), vars(one), dataclasses.astuple(dataclasses.replace(one, height=9))


@pytest.mark.parametrize(("given", "named"), GIVEN)
def test_an_object_is_made_as_in_the_standard_library(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert made(OURS, given, named) == made(THEIRS, given, named)


def test_most_of_these_can_be_made_and_some_cannot() -> None:
    assert [isinstance(made(OURS, *each), type) for each in GIVEN] == [False] * 4 + [True] * 6


def test_objects_are_equal_if_what_is_compared_is() -> None:
    for kind in (OURS, THEIRS):
        assert kind("oak", seen=1) == kind("oak", seen=2) != kind("elm")
        assert kind("oak", acorns=()) != ("oak", 3, (), b"", 0)
        assert hash(kind("oak", acorns=(), seen=1)) == hash(kind("oak", acorns=()))
        with pytest.raises(TypeError):
            hash(kind("oak"))
    assert OURS("oak") != THEIRS("oak")


def test_an_object_never_changes() -> None:
    oak = OURS("oak")
    with pytest.raises(dataclasses.FrozenInstanceError, match="'height'"):
        oak.height = 4
    with pytest.raises(dataclasses.FrozenInstanceError, match="'height'"):
        del oak.height
    assert oak.acorns is not OURS("oak").acorns


def test_the_words_are_defined_so() -> None:
    check = Check(Rule.WHOLE, "code", holds=True, says="it is")
    assert pickle.loads(pickle.dumps(check)) == check  # noqa: S301  (our own)
    assert all(inspect.getmodule(kind.__init__) is inspect.getmodule(dataclass) for kind in (Check, Flow, Sighting))
    assert "oak" not in repr(Secret("tree", b"oak"))
