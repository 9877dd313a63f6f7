"""Joined pieces of content that was searched already: only matches across their boundaries are new."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.tail import Tail
from overheard_capture.content.work import TO_BEGIN, TO_JOIN
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin


class Boundaries:
    """Content that is fed in blocks of many pieces, with the offsets at which pieces begin."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory | None) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader(findings, layers) if reader else None
        findings.work.left -= TO_BEGIN
        self._position = 0
        # The last bytes, and the boundaries among them.
        self._tail = Tail()
        self._boundaries: list[int] = []

    def feed(self, data: Bytes, origin: Origin, boundaries: Sequence[int]) -> None:
        """Search around the boundaries, and feed the reader if there is one."""
        if not len(data):
            return
        reach = self._findings.search.longest - 1
        # All ranges around those of earlier blocks overlap, so that of small blocks only the first and the last count.
        earlier = [*self._boundaries[:1], *self._boundaries[-1:]]
        added = [self._position + boundary for boundary in boundaries]
        self._boundaries += added
        for begins, ends in self._windows(earlier + added, reach, self._position + len(data)):
            self._search_window(data, origin, begins, ends)
        self._tail.add(data, origin, reach)
        self._position += len(data)
        if self._boundaries:
            del self._boundaries[: bisect.bisect_right(self._boundaries, self._position - reach)]
        steps = TO_JOIN + len(data) + len(boundaries)
        if not self._reader:
            self._findings.work.take(steps)
        elif self._findings.has_work(steps):
            self._reader.feed(data, origin)

    def _windows(self, boundaries: list[int], reach: int, end: int) -> Iterator[tuple[int, int]]:
        """The (start, end) of each range around these boundaries that may contain a new match, in order."""
        least = self._position - len(self._tail.data)
        begins = ends = -1
        for boundary in boundaries:
            if begins < ends and boundary - reach <= ends:
                ends = min(boundary + reach, end)
                continue
            low, high = max(boundary - reach, least), min(boundary + reach, end)
            if high <= self._position or low >= high:
                continue
            if ends > begins:
                yield begins, ends
            begins, ends = low, high
        if ends > begins:
            yield begins, ends

    def _search_window(self, data: Bytes, origin: Origin, begins: int, ends: int) -> None:
        base, tail = self._position, self._tail
        before = tail.data[len(tail.data) - (base - begins) :] if begins < base else b""
        window = before + bytes(data[max(begins - base, 0) : ends - base])
        for match in self._findings.search.matches(window):
            start, end = begins + match.offset, begins + match.offset + match.length
            boundary = bisect.bisect_right(self._boundaries, start)
            if end <= base or boundary == len(self._boundaries) or self._boundaries[boundary] >= end:
                continue
            if start >= base:
                place = origin.place(start - base, match.length)
            else:
                earlier = tail.origin, len(tail.data) - (base - start), len(tail.data)
                place = joined([earlier, (origin, 0, end - base)]).place(0, match.length)
            self._findings.add_occurrence(Occurrence(match, place, self._layers, start, *match.excerpt(window)))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._position += length
        self._tail.clear()
        self._boundaries = []
        if self._reader:
            self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._reader:
            self._reader.close()
