"""Where bytes come from: the frames that brought them, however often they were cut, joined and unwrapped since."""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Bytes as they are handed on: whoever gets a view must copy what is to be kept.
Bytes: TypeAlias = bytes | bytearray | memoryview

# A frame, or what else bytes came out of.
Source: TypeAlias = int | tuple[object, ...]


class Place(NamedTuple):
    """A place on the wire: the frame that holds its first byte, where in it, how long, and all frames with a part."""

    frame: int
    offset: int
    length: int
    frames: tuple[int, ...]


class Span(NamedTuple):
    """Some bytes, from `start` on up to the next span, and where they are from: `length` bytes at `offset` of a frame.

    Where `exact`, they map one to one. Otherwise (they were inflated, say) none of them could be read before all of
    those bytes had come; `also` are the further frames that these are in.
    """

    start: int
    frame: int
    offset: int
    length: int
    exact: bool = True
    also: tuple[int, ...] = ()


class PackedSpans:
    """Spans that are kept as four numbers each (start, frame, offset, length), and made when they are asked for."""

    __slots__ = ("_words", "starts")

    def __init__(self, words: memoryview) -> None:
        self._words = words
        self.starts = words[::4]

    def __len__(self) -> int:
        return len(self.starts)

    def moved(self, low: int, high: int, start: int, at: int) -> list[Span]:
        """Some of them, as spans of the bytes from `start` on, which stand at `at` of others. `low` is the first."""
        words = self._words[4 * low : 4 * high].tolist()
        starts = [word - start + at for word in words[::4]]
        if words and starts[0] < at:
            ahead, starts[0] = at - starts[0], at
            words[2] += ahead
            words[3] -= ahead
        return list(map(Span, starts, words[1::4], words[2::4], words[3::4]))

    def frame(self, index: int) -> int:
        """The frame of one of them."""
        return self._words[4 * index + 1]

    def frames(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Of some of them: where each begins, and its frame."""
        words = self._words[4 * low : 4 * high].tolist()
        return zip(words[::4], words[1::4], strict=True)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            words = self._words[4 * start : 4 * max(start, stop)].tolist()
            return list(map(Span, words[::4], words[1::4], words[2::4], words[3::4]))
        start, frame, offset, length = self._words[4 * index : 4 * index + 4]
        return Span(start, frame, offset, length)


class DerivedSpans:
    """Spans of what was made of other bytes, part by part; each is looked up only when it is asked for."""

    __slots__ = ("_origin", "_parts", "starts")

    def __init__(self, origin: Origin, parts: list[tuple[int, int, int]]) -> None:
        self._origin = origin
        self._parts = parts
        self.starts = [start for start, _, _ in parts]

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self._parts)))]
        start, begins, ends = self._parts[index]
        place = self._origin.place(begins, ends - begins)
        return Span(start, place.frame, place.offset, place.length, exact=False, also=place.frames[1:])


class Origin:
    """The spans of some bytes, in their order. Of bytes that were cut off it is the same with another `shift`."""

    __slots__ = ("shift", "spans")

    def __init__(self, spans: list[Span] | PackedSpans | DerivedSpans, shift: int = 0) -> None:
        self.spans = spans
        self.shift = shift

    def __repr__(self) -> str:
        return f"Origin({self.spans!r}, {self.shift})"

    @classmethod
    def of_frame(cls, frame: int, offset: int, length: int) -> Self:
        """That of bytes that are `length` bytes at `offset` of a frame."""
        return cls([Span(0, frame, offset, length)])

    def after(self, count: int) -> Origin:
        """The origin of the same bytes without the first `count`."""
        return Origin(self.spans, self.shift + count) if count else self

    def _before(self, place: int) -> int:
        """How many spans begin before a place."""
        spans = self.spans
        if isinstance(spans, list):
            return bisect.bisect_left(spans, place, key=_start)
        return bisect.bisect_left(spans.starts, place)

    def _start(self, index: int) -> int:
        spans = self.spans
        return spans[index].start if isinstance(spans, list) else spans.starts[index]

    def _index(self, place: int) -> int:
        """Which span a place is in: the last that does not begin behind it."""
        return max(self._before(place + 1) - 1, 0)

    def _among(self, start: int, length: int) -> tuple[int, int]:
        first = self.shift + start
        low = self._index(first)
        return low, max(self._before(first + max(length, 1)), low + 1)

    def frame(self, at: int) -> int:
        """The frame that the byte at `at` is in: the first of them, where it came out of several."""
        spans = self.spans
        if not spans:
            return 0
        index = self._index(self.shift + at)
        return spans.frame(index) if isinstance(spans, PackedSpans) else spans[index].frame

    def place(self, start: int, length: int) -> Place:
        """Where the `length` bytes at `start` are on the wire."""
        low, high = self._among(start, length)
        if not self.spans:
            return Place(0, 0, 0, ())
        span = self.spans[low]
        frames = tuple(dict.fromkeys(frame for each in self.spans[low:high] for frame in (each.frame, *each.also)))
        if span.exact:
            return Place(span.frame, span.offset + self.shift + start - span.start, length, frames)
        return Place(span.frame, span.offset, span.length, frames)

    def edges(self, start: int, end: int) -> Iterator[int]:
        """Where from `start` to `end` another frame may begin."""
        for at in range(self._before(self.shift + start), self._before(self.shift + end)):
            yield self._start(at) - self.shift

    def cuts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The bytes from `start` to `end`, cut where another frame begins: where each part begins and ends."""
        edges = [start, *self.edges(start + 1, end), end]
        return ((begins, ends) for begins, ends in itertools.pairwise(edges) if begins < ends)

    def sliced(self, start: int, end: int, at: int = 0) -> list[Span]:
        """The spans of the bytes from `start` to `end`, as spans of bytes that stand at `at` of others."""
        if end <= start:
            return []
        low, high = self._among(start, end - start)
        start += self.shift
        if isinstance(self.spans, PackedSpans):
            return self.spans.moved(low, high, start, at)
        spans = []
        for span in self.spans[low:high]:
            ahead = max(start - span.start, 0)
            begins = at + max(span.start - start, 0)
            if span.exact:
                spans.append(Span(begins, span.frame, span.offset + ahead, span.length - ahead))
            else:
                spans.append(span._replace(start=begins))
        return spans

    def sources(self, length: int) -> list[tuple[int, Source]]:
        """Where in the first `length` bytes each part begins that came out of one thing, and what that is."""
        low, high = self._among(0, length)
        spans = self.spans
        if isinstance(spans, PackedSpans):
            each: Iterable[tuple[int, Source]] = spans.frames(low, high)
        else:
            each = ((span.start, span.frame if span.exact else span[1:]) for span in spans[low:high])
        found: list[tuple[int, Source]] = []
        before: Source | None = None
        for start, source in each:
            if source != before:
                found.append((max(start - self.shift, 0) if found else 0, source))
                before = source
        return found or [(0, 0)]

    def derived(self, parts: Iterable[tuple[int, int, int]]) -> Origin:
        """The origin of what was made of these bytes: `start` of what came of the bytes from one place to another."""
        return Origin(DerivedSpans(self, list(parts)))


def joined(parts: Iterable[tuple[Origin, int, int]]) -> Origin:
    """The origin of bytes put together of parts: each the bytes from one place to another of what an origin is of."""
    spans: list[Span] = []
    at = 0
    for origin, start, end in parts:
        spans += origin.sliced(start, end, at)
        at += end - start
    return Origin(spans)


def _start(span: Span) -> int:
    return span.start
