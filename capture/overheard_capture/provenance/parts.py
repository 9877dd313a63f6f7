"""The origin of what is made of many parts of some bytes, such as what is between escapes or control codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin, Place, span_at
from overheard_capture.provenance.spans import STRETCH, LazySpans, Span, are_too_many, coarsened

if TYPE_CHECKING:
    from collections.abc import Sequence

    # Where a part is in what is made of it, the start and end of the bytes it is from, and whether it was decoded.
    Part = tuple[int, int, int, bool]


def of_parts(origin: Origin, size: int, parts: Sequence[Part], length: int) -> Origin:
    """The origin of `length` bytes that are made of these parts of `size` bytes.

    It is computed once anybody asks: that takes long, and hardly anybody does.
    """
    kept = origin.lasting(0, size)
    return Origin(LazySpans(lambda: _spans(kept, parts, length)))


def picked(origin: Origin, size: int, ranges: Sequence[tuple[int, int]]) -> Origin:
    """The origin of these ranges of `size` bytes, joined, as `of_parts`."""
    parts, length = [], 0
    for start, end in ranges:
        parts.append((length, start, end, False))
        length += end - start
    return of_parts(origin, size, parts, length)


def _spans(origin: Origin, parts: Sequence[Part], length: int) -> list[Span]:
    spans: list[Span] = []
    many, number = are_too_many(len(parts), length), 0
    while number < len(parts):
        after = _stretch_end(parts, number) if many else number + 1
        if span := _coarse(origin, parts[number], parts[after - 1]) if after - number > 1 else None:
            spans.append(span)
        else:
            for part in parts[number:after]:
                spans += _of_part(origin, part)
        number = after
    return coarsened(spans, length)


def _stretch_end(parts: Sequence[Part], number: int) -> int:
    """The number of the first part from this one on that does not begin in the same stretch."""
    end = parts[number][0] + STRETCH
    number += 1
    while number < len(parts) and parts[number][0] < end:
        number += 1
    return number


def _coarse(origin: Origin, first: Part, last: Part) -> Span | None:
    """The span of all parts from `first` to `last`, if they are in one frame."""
    if len(origin.place(first[1], last[2] - first[1]).frames) > 1:
        return None
    places = [origin.place(begin, end - begin) for _, begin, end, _ in (first, last)]
    offset = min(place.offset for place in places)
    end = max(place.offset + place.length for place in places)
    return span_at(first[0], Place(places[0].frame, offset, end - offset, places[0].frames))


def _of_part(origin: Origin, part: Part) -> list[Span]:
    start, begin, end, is_decoded = part
    if is_decoded:
        return [span_at(start, origin.place(begin, end - begin))]
    return origin.sliced(begin, end, start)
