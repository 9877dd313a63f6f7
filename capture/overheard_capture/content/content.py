"""Content: bytes that belong together, searched as they arrive, and fed to a reader that decodes them."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.tail import Tail
from overheard_capture.content.work import TO_BEGIN
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin
    from overheard_capture.search import Match


class SearchScope(Enum):
    """Which matches in a content are searched for."""

    ALL = auto()
    # Only matches across boundaries: each piece was searched where it came from.
    BOUNDARIES = auto()
    # None: the content is a range of another content, which is searched as a whole.
    NONE = auto()


class Content:
    """Some bytes under some layers. They are searched, and fed to the reader if there is one."""

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        reader: ReaderFactory | None = None,
        scope: SearchScope = SearchScope.ALL,
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader(findings, layers) if reader else None
        self._scope = scope
        if layers:
            findings.work.left -= TO_BEGIN
        self._position = 0
        # The position of the last boundary.
        self._piece_start = 0
        self._tail = Tail()

    def feed(self, data: Bytes, origin: Origin, *, contiguous: bool = False) -> None:
        """Search the next bytes, and feed the reader. If `contiguous`, there is no boundary before them."""
        if not len(data):
            return
        if not contiguous:
            self._piece_start = self._position
        if self._scope is not SearchScope.NONE:
            self._search(data, origin)
        self._position += len(data)
        # What is on the wire is read in any case; the rest is only searched once no work is left.
        if self._reader and (not self._layers or self._findings.has_work(len(data))):
            self._reader.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._position += length
        self._tail.clear()
        if self._reader:
            self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._reader:
            self._reader.close()

    def _search(self, data: Bytes, origin: Origin) -> None:
        search = self._findings.search
        reach = search.longest - 1
        if self._tail.data:
            self._search_boundary(data, origin, reach)
        if self._scope is SearchScope.ALL:
            search_bytes(self._findings, self._layers, data, origin, self._position)
        self._tail.add(data, origin, reach)

    def _search_boundary(self, data: Bytes, origin: Origin, reach: int) -> None:
        boundary = len(self._tail.data)
        window = self._tail.data + bytes(data[:reach])
        # A match that begins after the last boundary was found in the piece itself.
        cut = boundary if self._scope is SearchScope.ALL else self._piece_start - self._position + boundary
        both: Origin | None = None
        for match in self._findings.search.matches(window):
            # A match on one side of the boundary is found there.
            if match.offset < min(cut, boundary) and boundary < match.offset + match.length:
                if both is None:
                    both = joined([(self._tail.origin, 0, boundary), (origin, 0, len(window) - boundary)])
                self._findings.add_occurrence(_occurrence(match, self._layers, window, both, self._position - boundary))


def search_bytes(findings: Findings, layers: Layers, data: Bytes, origin: Origin, position: int = 0) -> None:
    """Search some bytes by themselves. They are at `position` of the content under these layers."""
    for match in findings.search.matches(data):
        findings.add_occurrence(_occurrence(match, layers, data, origin, position))


def _occurrence(match: Match, layers: Layers, data: Bytes, origin: Origin, position: int) -> Occurrence:
    offset, length = match.sighted
    return Occurrence(match, origin.place(offset, length), layers, position + offset, *match.excerpt(data))
