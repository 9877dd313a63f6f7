"""A closer look at a place: whether a secret is there, from where to where, and how it is spelled."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.spelling import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.spelling import Pattern
    from overheard_capture.provenance.origin import Bytes

# Where something begins, where it ends, and what it is called.
Stretch: TypeAlias = tuple[int, int, str]

# How many parts of a secret are tried at once. A short one is tried as a whole; a long one bit by bit, as a regular
# expression for all of it would take a second to compile.
_AT_ONCE = 64
# How many names of what was seen are kept.
_MOST_NAMES = 1000


class ShapeWalk:
    """Follows a shape from a place on, part by part, as long as the bytes have it."""

    def __init__(self, shape: Shape, *, backwards: bool = False) -> None:
        self._shape = shape
        self._backwards = backwards
        self._parts = shape.parts[::-1] if backwards else shape.parts
        self._steps: list[re.Pattern[bytes] | None] = [None] * -(-len(self._parts) // _AT_ONCE)

    @property
    def longest(self) -> int:
        """How many bytes it takes at most."""
        return self._shape.longest

    @cached_property
    def first_longest(self) -> int:
        """How many bytes it takes at most to see whether it begins well."""
        gap = self._shape.gap
        return sum(part.longest for part in self._parts[: _AT_ONCE + 1]) + _AT_ONCE * (gap.longest if gap else 0)

    def along(self, text: bytes, steps: int | None = None) -> int:
        """How far the beginning of `text` has the shape, where it has all of it (or so many steps); -1 elsewhere."""
        at = 0
        for number, step in enumerate(self._steps[:steps]):
            match = (step or self._step(number)).match(text, at)
            if match is None:
                return -1
            at = match.end()
        return at

    @property
    def is_long(self) -> bool:
        """Whether it takes more than one step."""
        return len(self._steps) > 1

    def _step(self, number: int) -> re.Pattern[bytes]:
        gap = self._shape.gap.regex(backwards=self._backwards) if self._shape.gap else b""
        parts = [part.regex(backwards=self._backwards) for part in self._parts[number * _AT_ONCE :][: _AT_ONCE + 1]]
        # The next part must be there, or where an escape ends might be mistaken for a character that is none.
        ahead = b"(?=%b%b)" % (gap, parts.pop()) if len(parts) > _AT_ONCE else b""
        step = re.compile((gap if number else b"") + gap.join(parts) + ahead)
        self._steps[number] = step
        return step


class Matcher:
    """Looks for one pattern at a place."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._longest = pattern.shape.longest
        self._back = ShapeWalk(pattern.shape, backwards=True)
        self._forth = ShapeWalk(pattern.shape)
        self._begin = ShapeWalk(Shape((pattern.begins or pattern.ends,)), backwards=True)
        self._kinds = [(kind.spelling.name, ShapeWalk(kind.shape)) for kind in pattern.kinds]
        self._plain = pattern.kinds[0].shape.literal if pattern.kinds else b""
        self._names: dict[bytes, str] = {}

    def ending(self, data: Bytes, end: int) -> Stretch | None:
        """What ends there."""
        if self._plain and data[max(end - len(self._plain), 0) : end] == self._plain:
            return end - len(self._plain), end, self._pattern.spellings[0].name
        length = self._along(self._back, lambda size: bytes(data[max(end - size, 0) : end])[::-1])
        return (end - length, end, self._name(data, end - length, end)) if length >= 0 else None

    def beginning(self, data: Bytes, end: int) -> Stretch | None:
        """What begins with that which begins a pattern, and ends there."""
        longest = self._begin.longest
        start = end - self._begin.along(bytes(data[max(end - longest, 0) : end])[::-1])
        length = self._along(self._forth, lambda size: bytes(data[start : start + size]))
        return (start, start + length, self._name(data, start, start + length)) if length >= 0 else None

    def _along(self, walk: ShapeWalk, text: Callable[[int], bytes]) -> int:
        """A long secret is not there, mostly: then that its end, say, is not there is soon seen."""
        if walk.is_long and walk.along(text(walk.first_longest), 1) < 0:
            return -1
        return walk.along(text(self._longest))

    def _name(self, data: Bytes, start: int, end: int) -> str:
        if not self._kinds:
            return self._pattern.spellings[-1].name
        seen = bytes(data[start:end])
        name = self._names.get(seen)
        if name is None:
            names = (name for name, walk in self._kinds if walk.along(seen) == len(seen))
            name = next(names, self._pattern.spellings[-1].name)
            if len(self._names) < _MOST_NAMES:
                self._names[seen] = name
        return name
