"""The matcher verifies a hit: whether a secret is there, its start and end, and its spelling."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.spelling import Shape
from overheard_capture.search.shape_walk import ShapeWalk

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.spelling import Pattern
    from overheard.words.spelling.shape import Kind
    from overheard_capture.provenance.origin import Bytes

# The start and end of a match, and the name of its spelling.
MatchedRange: TypeAlias = tuple[int, int, str]

# The most matches whose spelling is cached.
_MAX_CACHED = 1000
# So many parts of texts that have no short forms are compared one by one: most escaped secrets occur a few times.
_FEW = 1000


class _KindWalk:
    """The name of a kind, and a walk of its shape, which is created when a match is named."""

    def __init__(self, kind: Kind) -> None:
        self.name = kind.spelling.name
        self._kind = kind

    @cached_property
    def walk(self) -> ShapeWalk:
        return ShapeWalk(self._kind.shape)


class Matcher:
    """Matches one pattern at a given offset."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._names: dict[bytes, str] = {}

    # Created on first use: most patterns have no hit in a capture.

    @cached_property
    def _backward(self) -> ShapeWalk:
        return ShapeWalk(self._pattern.shape, backwards=True, by_parts=_FEW)

    @cached_property
    def _forward(self) -> ShapeWalk:
        return ShapeWalk(self._pattern.shape, by_parts=_FEW)

    @cached_property
    def _begin(self) -> ShapeWalk:
        return ShapeWalk(Shape((self._pattern.begins or self._pattern.ends,)), backwards=True)

    @cached_property
    def _kinds(self) -> list[_KindWalk]:
        return [_KindWalk(kind) for kind in self._pattern.kinds]

    @cached_property
    def _plain(self) -> bytes:
        """The bytes of the plainest kind, if they are always the same."""
        kinds = self._pattern.kinds
        return kinds[0].shape.literal if kinds else b""

    @cached_property
    def _plain_bytes(self) -> tuple[int, re.Pattern[bytes] | None]:
        """The length and pattern of the plainest kind, if each of its parts is one byte, as where case is ignored.

        A part is tried as one byte before anything longer. So if this matches, the whole pattern has the same match.
        """
        kinds = self._pattern.kinds
        parts = kinds[0].shape.parts if kinds and kinds[0].shape.gap is None and not self._plain else ()
        if not parts or any(part.longest > 1 for part in parts):
            return 0, None
        return len(parts), re.compile(b"".join(part.regex() for part in parts))

    def match_from_end(self, data: Bytes, end: int) -> MatchedRange | None:
        """The match that ends at `end`; None if there is none."""
        if self._plain and data[max(end - len(self._plain), 0) : end] == self._plain:
            return end - len(self._plain), end, self._pattern.spellings[0].name
        size, plain = self._plain_bytes
        if plain and size <= end and plain.match(bytes(data[end - size : end])):
            return end - size, end, self._pattern.spellings[0].name
        length = self._match_length(self._backward, lambda size: bytes(data[max(end - size, 0) : end])[::-1])
        return (end - length, end, self._name(data, end - length, end)) if length >= 0 else None

    def match_from_beginning(self, data: Bytes, end: int) -> MatchedRange | None:
        """The match whose first look ends at `end`; None if there is none."""
        longest = self._begin.longest
        start = end - self._begin.match_length(bytes(data[max(end - longest, 0) : end])[::-1])
        # It is found from its end as well, which is faster.
        if self._plain and data[start : start + len(self._plain)] == self._plain:
            return start, start + len(self._plain), self._pattern.spellings[0].name
        length = self._match_length(self._forward, lambda size: bytes(data[start : start + size]))
        return (start, start + length, self._name(data, start, start + length)) if length >= 0 else None

    def _match_length(self, walk: ShapeWalk, text: Callable[[int], bytes]) -> int:
        """The length of the match; -1 if there is none. For a long secret, the first step rejects most hits."""
        if walk.is_long and walk.match_length(text(walk.first_longest), 1) < 0:
            return -1
        length = walk.match_length(text(self._pattern.shape.longest))
        if walk.is_long or length <= self._pattern.shape.shortest:
            return length
        # A regular expression may try a longer form of a part before a shorter one. What is found must not depend on
        # how many bytes are searched together.
        return walk.shortest_length(text(length))

    def _name(self, data: Bytes, start: int, end: int) -> str:
        if not self._kinds:
            return self._pattern.spellings[-1].name
        seen = bytes(data[start:end])
        name = self._names.get(seen)
        if name is None:
            names = (kind.name for kind in self._kinds if kind.walk.match_length(seen) == len(seen))
            name = next(names, self._pattern.spellings[-1].name)
            if len(self._names) < _MAX_CACHED:
                self._names[seen] = name
        return name
