"""Content: bytes that belong together, searched as they come, and handed on to whoever can unwrap them."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.tail import Tail
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin
    from overheard_capture.search import Match


class SearchScope(Enum):
    """How much of a content's bytes is to be searched."""

    ALL = auto()
    # Its pieces were searched where they come from, but not put together.
    SEAMS = auto()
    # It is a stretch of something that is searched as a whole.
    NOTHING = auto()


class Content:
    """Some bytes under some layers. They are searched; and a reader, where there is one, unwraps what is in them."""

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        reader: ReaderFactory | None = None,
        looking: SearchScope = SearchScope.ALL,
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader(findings, layers) if reader else None
        self._looking = looking
        self._position = 0
        # Where the last piece begins that does not go on where the one before it ended.
        self._cut = 0
        self._tail = Tail()

    def feed(self, data: Bytes, origin: Origin, *, goes_on: bool = False) -> None:
        """Search and read on. With `goes_on` it is more of the piece before: no seam is between."""
        if not len(data):
            return
        if not goes_on:
            self._cut = self._position
        if self._looking is not SearchScope.NOTHING:
            self._search(data, origin)
        self._position += len(data)
        if self._reader:
            self._reader.feed(data, origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._position += length
        self._tail.clear()
        if self._reader:
            self._reader.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        if self._reader:
            self._reader.close()

    def _search(self, data: Bytes, origin: Origin) -> None:
        search = self._findings.search
        reach = search.longest - 1
        if self._tail.data:
            self._search_seam(data, origin, reach)
        if self._looking is SearchScope.ALL:
            look_at(self._findings, self._layers, data, origin, self._position)
        self._tail.add(data, origin, reach)

    def _search_seam(self, data: Bytes, origin: Origin, reach: int) -> None:
        seam = len(self._tail.data)
        window = self._tail.data + bytes(data[:reach])
        # What begins behind the last cut was to be seen before anything was put together.
        cut = seam if self._looking is SearchScope.ALL else self._cut - self._position + seam
        both: Origin | None = None
        for match in self._findings.search.matches(window):
            # What lies on one side of the seam is found there.
            if match.offset < min(cut, seam) and seam < match.offset + match.length:
                if both is None:
                    both = joined([(self._tail.origin, 0, seam), (origin, 0, len(window) - seam)])
                self._findings.found(_found(match, self._layers, window, both, self._position - seam))


def look_at(findings: Findings, layers: Layers, data: Bytes, origin: Origin, position: int = 0) -> None:
    """Search some bytes for themselves; they are those from `position` on of what has these layers."""
    for match in findings.search.matches(data):
        findings.found(_found(match, layers, data, origin, position))


def _found(match: Match, layers: Layers, data: Bytes, origin: Origin, position: int) -> Occurrence:
    place = origin.place(match.offset, match.length)
    return Occurrence(match, place, layers, position + match.offset, *match.excerpt(data))
