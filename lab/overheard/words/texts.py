"""Every text in a report, or any part of one: to mask secrets in it, and to escape what came from outside."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from overheard.words.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Any = TypeVar("_Any")


def all_escaped(thing: _Any) -> _Any:
    """The same object, with every text in it escaped."""
    # Nearly always there is nothing to escape.
    return thing if all(escaped(text) == text for text in texts(thing)) else changed(thing, escaped)


def texts(thing: Any) -> Iterator[str]:  # noqa: ANN401  (a report, or any part of one)
    """Every text in dataclasses, lists, tuples and dictionaries (keys, too), except enumerations, which are ours."""
    # Not recursive: a report has as many of these as there are flows.
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if not isinstance(each, Enum):
                yield each
        elif isinstance(each, list | tuple):
            waiting += reversed(each)
        elif isinstance(each, dict):
            waiting += [*reversed(each.values()), *reversed(each)]
        elif names := _fields(type(each)):
            waiting += [getattr(each, name) for name in reversed(names)]


# The names of the fields of each dataclass; none of anything else.
_known_fields: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    names = _known_fields.get(kind)
    if names is None:
        is_one = is_dataclass(kind) and not issubclass(kind, Enum | type)
        names = _known_fields[kind] = tuple(field.name for field in fields(kind)) if is_one else ()
    return names


def changed(thing: _Any, change: Callable[[str], str]) -> _Any:
    """The same object, with every text in it (see `texts`) replaced by what `change` makes of it."""
    if isinstance(thing, Enum):
        return thing
    if isinstance(thing, str):
        return cast("_Any", change(thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {field.name: changed(getattr(thing, field.name), change) for field in fields(thing)}
        return cast("_Any", replace(thing, **values))
    if isinstance(thing, dict):
        return cast("_Any", {changed(key, change): changed(value, change) for key, value in thing.items()})
    if isinstance(thing, list | tuple):
        of = getattr(thing, "_make", type(thing))
        return cast("_Any", of(changed(each, change) for each in thing))
    return thing
