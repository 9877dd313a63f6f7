"""Named tuples are those of the standard library, but for the types of their fields."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from overheard.words.named_tuple import NamedTuple


class Quick(NamedTuple):
    """A place."""

    frame: int
    offset: int = 4
    names: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        return self.offset + 1

    @classmethod
    def of(cls, text: str) -> Quick:
        return cls(len(text))

    def __str__(self) -> str:
        return f"frame {self.frame}"


class Standard(typing.NamedTuple):
    """A place."""

    frame: int
    offset: int = 4
    names: tuple[str, ...] = ()


def test_it_is_as_that_of_the_standard_library() -> None:
    assert issubclass(Quick, tuple)
    assert Quick._fields == Standard._fields
    assert Quick._field_defaults == Standard._field_defaults
    assert Quick.__doc__ == Standard.__doc__
    assert (Quick.__module__, Quick.__qualname__) == (__name__, "Quick")
    assert tuple(Quick(1)) == tuple(Standard(1)) == (1, 4, ())
    assert Quick(1) == (1, 4, ())
    assert repr(Quick(1)) == "Quick(frame=1, offset=4, names=())"
    assert Quick(1)._replace(offset=2) == Quick(frame=1, offset=2)
    assert typing.get_type_hints(Quick) == typing.get_type_hints(Standard)
    assert pickle.loads(pickle.dumps(Quick(1))) == Quick(1)  # noqa: S301  (it was made here)


def test_it_has_what_the_class_defines() -> None:
    assert (Quick(1).end, str(Quick(2)), Quick.of("three")) == (5, "frame 2", Quick(5))


@pytest.mark.parametrize("make", [Quick, lambda: Quick(1, size=2), lambda: Quick(1, 2, (), 3)])  # type: ignore[call-arg]  # that is the test
def test_wrong_arguments_are_errors(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        make()


def test_a_field_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Quick(1).frame = 2  # type: ignore[misc]  # that is the test
