"""Bits of something that is searched as a whole, put together: only what lies across their seams is new."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.tail import Tail
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin


class Boundaries:
    """A content that is fed block by block, each of many bits, and told where in a block another bit begins."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader(findings, layers)
        self._position = 0
        # The last bytes, and the seams among them.
        self._tail = Tail()
        self._seams: list[int] = []

    def feed(self, data: Bytes, origin: Origin, seams: Sequence[int]) -> None:
        """Search round the seams, and read on."""
        if not len(data):
            return
        reach = self._findings.search.longest - 1
        self._seams += [self._position + seam for seam in seams]
        for begins, ends in self._windows(reach, self._position + len(data)):
            self._look(data, origin, begins, ends)
        self._tail.add(data, origin, reach)
        self._position += len(data)
        if self._seams:
            del self._seams[: bisect.bisect_right(self._seams, self._position - reach)]
        self._reader.feed(data, origin)

    def _windows(self, reach: int, end: int) -> Iterator[tuple[int, int]]:
        """All that is near a seam, and may hold something new: where it begins and ends, from the very first on."""
        least = self._position - len(self._tail.data)
        begins = ends = -1
        for seam in self._seams:
            low, high = max(seam - reach, least), min(seam + reach, end)
            if high <= self._position or low >= high:
                continue
            if low > ends:
                if ends > begins:
                    yield begins, ends
                begins = low
            ends = high
        if ends > begins:
            yield begins, ends

    def _look(self, data: Bytes, origin: Origin, begins: int, ends: int) -> None:
        base, tail = self._position, self._tail
        before = tail.data[len(tail.data) - (base - begins) :] if begins < base else b""
        window = before + bytes(data[max(begins - base, 0) : ends - base])
        for match in self._findings.search.matches(window):
            start, end = begins + match.offset, begins + match.offset + match.length
            seam = bisect.bisect_right(self._seams, start)
            if end <= base or seam == len(self._seams) or self._seams[seam] >= end:
                continue
            if start >= base:
                place = origin.place(start - base, match.length)
            else:
                earlier = tail.origin, len(tail.data) - (base - start), len(tail.data)
                place = joined([earlier, (origin, 0, end - base)]).place(0, match.length)
            self._findings.found(Occurrence(match, place, self._layers, start, *match.excerpt(window)))

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._position += length
        self._tail.clear()
        self._seams = []
        self._reader.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._reader.close()
