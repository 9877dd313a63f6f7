"""Origin: the frames that carried some bytes, even after the bytes were cut, joined and decoded."""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING, Self, TypeAlias, overload

from overheard.words.named_tuple import NamedTuple
from overheard_capture.provenance.spans import LazySpans, PackedSpans, Span, coarsened, new_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Bytes as they are passed between readers. The memory of a view is reused: copy data that is needed later.
Bytes: TypeAlias = bytes | bytearray | memoryview

# An origin of more spans is not kept whole: it is that of a large block.
_MAX_KEPT = 32
# The source of a byte: a frame number, or for decoded data the remaining fields of its span.
Source: TypeAlias = int | tuple[object, ...]


class Place(NamedTuple):
    """A place on the wire: the frame and offset of its first byte, its length in bytes, and all frames it is in."""

    frame: int
    offset: int
    length: int
    frames: tuple[int, ...]


def joined_places(first: Place, second: Place) -> Place:
    """The place of bytes at `first` and those that follow them, at `second`."""
    frames = tuple(dict.fromkeys((*first.frames, *second.frames)))
    return Place(first.frame, first.offset, first.length + second.length, frames)


def place_of_parts(parts: Sequence[tuple[Origin, int]]) -> Place:
    """The place of concatenated bytes, of which each part is all of some bytes of this length."""
    origin, size = parts[0]
    first = origin.place(0, size)
    # Decoded bytes are at all of those that they were decoded from.
    length = sum(size for _, size in parts) if first.length == size else first.length
    spans = origin.spans
    if len(spans) == 1 and all(other.spans is spans for other, _ in parts):
        return first._replace(length=length)
    frames = dict.fromkeys(frame for origin, size in parts for frame in origin.place(0, size).frames)
    return first._replace(length=length, frames=tuple(frames))


class DerivedSpans:
    """Spans of data decoded from other bytes, part by part; each is computed on the first access, and kept.

    If it were not, its computation would take twice as long for each layer of what is decoded again and again.
    """

    __slots__ = ("_known", "_origin", "_parts", "starts")

    def __init__(self, origin: Origin, parts: list[tuple[int, int, int]]) -> None:
        self._origin = origin
        self._parts = parts
        self._known: dict[int, Span] = {}
        self.starts = [start for start, _, _ in parts]

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def last(self) -> list[Span]:
        """The last span, in memory of its own: each of these takes time."""
        return self[-1:]

    @property
    def is_small(self) -> bool:
        """Whether they may be kept whole: they are few, and so are those of the other bytes, in memory of their own.

        Packed spans refer to memory that will be reused.
        """
        others = self._origin.spans
        if len(self._parts) > _MAX_KEPT:
            return False
        if type(others) is LazySpans:
            return True
        return (
            len(others) <= _MAX_KEPT
            if isinstance(others, list)
            else isinstance(others, DerivedSpans) and others.is_small
        )

    def may_be_kept_for(self, count: int) -> bool:
        """Whether they may be kept whole for `count` of them: to make these takes longer, and as much memory."""
        others = self._origin.spans
        if 2 * count < len(self._parts) or isinstance(others, PackedSpans) or 2 * len(self._parts) < len(others):
            return False
        return not isinstance(others, DerivedSpans) or others.may_be_kept_for(count)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self._parts)))]
        if not (span := self._known.get(index)):
            start, begins, ends = self._parts[index]
            place = self._origin.place(begins, ends - begins)
            span = self._known[index] = span_at(start, place)
        return span


class JoinedSpans(LazySpans):
    """Spans of `size` bytes that were kept, and of `length` bytes after them."""

    __slots__ = ("_size", "_then")

    def __init__(self, before: Origin, size: int, then: Origin, length: int) -> None:
        super().__init__(lambda: before.sliced(0, size) + then.sliced(0, length, size))
        self._size, self._then = size, then

    def lasting(self, start: int, end: int) -> Origin:
        """The origin of the bytes from `start` to `end`, to be kept."""
        if start >= self._size:
            return self._then.lasting(start - self._size, end - self._size)
        return Origin(Origin(self.all).sliced(start, end))


class Origin:
    """The spans of some bytes, in order. Byte 0 is at `shift` in the spans: a suffix shares its list of spans."""

    __slots__ = ("shift", "spans")

    def __init__(self, spans: list[Span] | PackedSpans | DerivedSpans | LazySpans, shift: int = 0) -> None:
        self.spans = spans
        self.shift = shift

    def __repr__(self) -> str:
        return f"Origin({self.spans!r}, {self.shift})"

    @classmethod
    def of_frame(cls, frame: int, offset: int, length: int) -> Self:
        """The origin of the `length` bytes at `offset` of a frame."""
        return cls([Span(0, frame, offset, length)])

    def after(self, count: int) -> Origin:
        """The origin of the same bytes without the first `count`."""
        return Origin(self.spans, self.shift + count) if count else self

    def lasting(self, start: int, end: int) -> Origin:
        """The origin of the bytes from `start` to `end`, to be kept: without the memory of the block they come from."""
        spans = self.spans
        if isinstance(spans, list):
            few = spans if len(spans) <= _MAX_KEPT else spans[-1:]
            if few is spans or few[0].start <= self.shift + start:
                return Origin(few, self.shift + start)
            low, high = self._span_range(start, end - start)
            return self.after(start) if 2 * (high - low) >= len(spans) else Origin(self.sliced(start, end))
        if isinstance(spans, JoinedSpans):
            return spans.lasting(self.shift + start, self.shift + end)
        if isinstance(spans, LazySpans) or (isinstance(spans, DerivedSpans) and spans.is_small):
            return self.after(start)
        last = spans.last
        if last and last[0].start <= self.shift + start:
            return Origin(last, self.shift + start)
        low, high = self._span_range(start, end - start)
        is_kept = isinstance(spans, DerivedSpans) and spans.may_be_kept_for(high - low)
        return self.after(start) if is_kept else Origin(self.sliced(start, end))

    def _count_before(self, place: int) -> int:
        """The number of spans that begin before `place`."""
        spans = self.spans
        if isinstance(spans, list):
            # They begin with that, and what is shorter is less.
            return bisect.bisect_left(spans, (place,))
        return bisect.bisect_left(spans.starts, place)

    def _start(self, index: int) -> int:
        spans = self.spans
        return spans[index].start if isinstance(spans, list) else spans.starts[index]

    def _index(self, place: int) -> int:
        """The index of the span that contains `place`: the last one that does not begin after it."""
        return max(self._count_before(place + 1) - 1, 0)

    def _span_range(self, start: int, length: int) -> tuple[int, int]:
        first = self.shift + start
        low = self._index(first)
        return low, max(self._count_before(first + max(length, 1)), low + 1)

    def frame(self, at: int) -> int:
        """The frame that carried the byte at `at`; the first one if several did."""
        spans = self.spans
        if not spans:
            return 0
        if isinstance(spans, PackedSpans):
            return spans.frame(spans.index(self.shift + at))
        return spans[self._index(self.shift + at)].frame

    def place(self, start: int, length: int) -> Place:
        """The place on the wire of the `length` bytes at `start`."""
        if not self.spans:
            return Place(0, 0, 0, ())
        first = self.shift + start
        if isinstance(self.spans, PackedSpans):
            low = self.spans.index(first)
            if within := self.spans.within(low, first, first + max(length, 1)):
                return Place(*within, length, within[:1])
        low = self._index(first)
        span = self.spans[low]
        if low + 1 == len(self.spans) or self._start(low + 1) >= first + max(length, 1):
            frames = (span.frame, *span.also) if span.also else (span.frame,)
            if span.exact:
                return Place(span.frame, span.offset + first - span.start, length, frames)
            return Place(span.frame, span.offset, span.length, frames)
        low, high = self._span_range(start, length)
        frames = tuple(dict.fromkeys(frame for each in self.spans[low:high] for frame in (each.frame, *each.also)))
        if span.exact:
            return Place(span.frame, span.offset + self.shift + start - span.start, length, frames)
        return Place(span.frame, span.offset, span.length, frames)

    def frame_boundaries(self, start: int, end: int) -> Iterator[int]:
        """The positions from `start` to `end` at which another frame may begin."""
        for at in range(self._count_before(self.shift + start), self._count_before(self.shift + end)):
            yield self._start(at) - self.shift

    def segment(self, at: int, end: int) -> tuple[int, int]:
        """The (start, end) of the first bytes from `at` on that begin where another frame may, and end before one."""
        first = self._count_before(self.shift + at)
        starts = (self._start(each) - self.shift for each in range(first, min(first + 2, len(self.spans))))
        start, ends = [*starts, end, end][:2]
        return min(start, end), min(ends, end)

    def split_at_frames(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The bytes from `start` to `end`, cut where another frame may begin: the (start, end) of each part."""
        frame_boundaries = [start, *self.frame_boundaries(start + 1, end), end]
        return ((begins, ends) for begins, ends in itertools.pairwise(frame_boundaries) if begins < ends)

    def sliced(self, start: int, end: int, at: int = 0) -> list[Span]:
        """The spans of the bytes from `start` to `end`, moved so that `start` becomes `at`."""
        if end <= start:
            return []
        spans, first = self.spans, self.shift + start
        if isinstance(spans, PackedSpans):
            return spans.rebased(first, end - start, at)
        # Few bytes, such as a frame of WebSocket, are most often in one span.
        is_single = isinstance(spans, list) and len(spans) == 1
        low, high = (0, 1) if is_single else self._span_range(start, end - start)
        found = spans[low:high]
        if not found or (first == at and found[0].start >= first):
            return found
        begin, frame, offset, length, exact, also = found[0]
        skipped = first - begin if exact and first > begin else 0
        moved = [new_span((at + max(begin - first, 0), frame, offset + skipped, length - skipped, exact, also))]
        if len(found) > 1:
            by = at - first
            moved += [new_span((each.start + by, *each[1:])) for each in found[1:]]
        return moved

    def sources(self, length: int) -> list[tuple[int, Source]]:
        """The parts of the first `length` bytes that have a single source: the start of each, and its source."""
        low, high = self._span_range(0, length)
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
        """The origin of data decoded from these bytes.

        Each part is (start in the decoded data, start and end of the bytes that it was decoded from).
        """
        return Origin(DerivedSpans(self, list(parts)))


def followed(before: Origin, size: int, then: Origin, length: int) -> Origin:
    """The origin of `size` bytes that were kept, and of `length` bytes after them: like these, to be used at once."""
    return Origin(JoinedSpans(before, size, then, length))


def joined(parts: Iterable[tuple[Origin, int, int]]) -> Origin:
    """The origin of concatenated bytes. Each part is an origin, and the start and end of the bytes taken from there."""
    spans: list[Span] = []
    at = 0
    for origin, start, end in parts:
        spans += origin.sliced(start, end, at)
        at += end - start
    return Origin(coarsened(spans, at))


def span_at(start: int, place: Place, *, exact: bool = False) -> Span:
    """The span from `start` on of what is from a place."""
    return new_span((start, place.frame, place.offset, place.length, exact, place.frames[1:]))
