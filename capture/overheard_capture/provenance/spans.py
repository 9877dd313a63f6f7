"""Spans: from which bytes of which frame each of some bytes comes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, overload

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Many keep the last bytes of a block, most often of so many spans. These are made once for all of them.
_LAST = 8
# How many integers a span is stored as.
_WORDS = 4
# More spans than these that have fewer bytes each, on average, are made coarser: up to so many bytes have one.
_MANY, _FEWEST_BYTES, STRETCH = 2048, 8, 64


class Span(NamedTuple):
    """The bytes from `start` up to the next span; their source is the `length` bytes at `offset` of a frame.

    If `exact`, they map one to one. Otherwise the bytes were decoded (for example decompressed), and decoding any of
    them needs all of the source bytes; `also` lists the other frames that carry these.
    """

    start: int
    frame: int
    offset: int
    length: int
    exact: bool = True
    also: tuple[int, ...] = ()


def _spans(starts: Iterable[int], frames: Iterable[int], offsets: Iterable[int], lengths: Iterable[int]) -> list[Span]:
    """Exact spans."""
    rows = zip(starts, frames, offsets, lengths, repeat(True), repeat(()))
    return list(map(new_span, rows))


# A span of all its fields, made without a call of Python: there are many.
new_span: Callable[[Iterable[object]], Span] = partial(tuple.__new__, Span)


class PackedSpans:
    """Spans stored as four integers each (start, frame, offset, length); `Span` objects are made on access."""

    __slots__ = ("_last", "_words", "starts")

    def __init__(self, words: memoryview) -> None:
        self._words = words
        self.starts = words[::4]
        self._last: list[Span] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def rebased(self, first: int, length: int, at: int) -> list[Span]:
        """The spans of the `length` bytes at `first`, cut to begin there, and moved so that it becomes `at`."""
        starts = self.starts
        low = max(bisect_right(starts, first) - 1, 0)
        high = max(bisect_left(starts, first + length, low), low + 1)
        words = self._words[4 * low : 4 * high].tolist()
        if not words:
            return []
        skipped = max(first - words[0], 0)
        head = new_span((at + max(words[0] - first, 0), words[1], words[2] + skipped, words[3] - skipped, True, ()))
        if len(words) == _WORDS:
            return [head]
        moved = [word - first + at for word in words[4::4]]
        return [head, *_spans(moved, words[5::4], words[6::4], words[7::4])]

    @property
    def last(self) -> list[Span]:
        """The last spans, in memory of their own."""
        if self._last is None:
            self._last = self[max(len(self) - _LAST, 0) :]
        return self._last

    def frame(self, index: int) -> int:
        """The frame of the span at `index`."""
        return self._words[4 * index + 1]

    def index(self, place: int) -> int:
        """The index of the span that contains `place`: the last one that does not begin after it."""
        return max(bisect_right(self.starts, place) - 1, 0)

    def within(self, index: int, first: int, end: int) -> tuple[int, int] | None:
        """The frame and the offset of the bytes from `first` to `end`, if they are all in the span at `index`."""
        if index + 1 < len(self.starts) and self.starts[index + 1] < end:
            return None
        start, frame, offset, _ = self._words[4 * index : 4 * index + 4]
        return frame, offset + first - start

    def frames(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """The start and the frame of spans `low` to `high`."""
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
            return _spans(words[::4], words[1::4], words[2::4], words[3::4])
        start, frame, offset, length = self._words[4 * index : 4 * index + 4]
        return Span(start, frame, offset, length)


class LazySpans:
    """Spans that are made when anybody asks for them, in memory of their own."""

    __slots__ = ("_all", "_make", "_starts")

    def __init__(self, make: Callable[[], list[Span]]) -> None:
        self._make = make
        self._all: list[Span] | None = None
        self._starts: list[int] | None = None

    @property
    def all(self) -> list[Span]:
        """All of them."""
        if self._all is None:
            self._all = self._make()
        return self._all

    @property
    def starts(self) -> list[int]:
        """Where each of them starts."""
        if self._starts is None:
            self._starts = [span.start for span in self.all]
        return self._starts

    def __len__(self) -> int:
        return len(self.all)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        return self.all[index]


def are_too_many(count: int, length: int) -> bool:
    """Whether so many spans of `length` bytes take much more time and memory than the bytes do."""
    return count > _MANY and length < _FEWEST_BYTES * count


def coarsened(spans: list[Span], length: int) -> list[Span]:
    """The spans of `length` bytes. If these are in very many pieces, those of one frame next to each other have one.

    A place among coarse spans is that of some bytes more.
    """
    if not are_too_many(len(spans), length):
        return spans
    coarse = spans[:1]
    for span in spans[1:]:
        last = coarse[-1]
        if span.frame != last.frame or span.also or last.also or span.start - last.start >= STRETCH:
            coarse.append(span)
        else:
            offset = min(last.offset, span.offset)
            end = max(last.offset + last.length, span.offset + span.length)
            coarse[-1] = Span(last.start, last.frame, offset, end - offset, exact=False)
    return coarse
