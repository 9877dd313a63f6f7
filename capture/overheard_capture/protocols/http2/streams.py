"""What the streams of an HTTP/2 connection carry in one direction, each unwrapped for itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.registry import body
from overheard_capture.protocols.http2.grpc import Grpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# How many streams are followed at a time. Servers allow some 100 to 250.
_MOST = 256

# The header fields that say how the data is wrapped.
TELLING = {b"content-encoding", b"content-type", b"grpc-encoding"}


class Http2Streams:
    """The streams of one direction that are open."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # The content of each, or, as long as no data came, what its header said. The one that was used last is last.
        self._open: dict[int, Content | Mapping[bytes, bytes]] = {}
        # Whether something is missing, so that the header of a stream may be, too.
        self.lost = False

    def header(self, stream: int, telling: Mapping[bytes, bytes]) -> None:
        """A stream begins with this header; or it has got a trailer, which tells nothing."""
        known = self._open.pop(stream, telling)
        # Of several headers before the data (a 103, say) the last counts.
        self._keep(stream, known if isinstance(known, Content) else telling)

    def data(self, stream: int, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """More of the data of a stream."""
        self._content(stream).feed(data, origin, contiguous=contiguous)

    def missing(self, stream: int, length: int) -> None:
        """So many bytes of the data of a stream are missing here."""
        self._content(stream).gap(length)

    def _content(self, stream: int) -> Content:
        known = self._open.pop(stream, None)
        if known is None:
            why = Reason.GAP if self.lost else Reason.LIMIT
            self._findings.unread(why, "data of an HTTP/2 stream whose header is not known", self._layers)
        if not isinstance(known, Content):
            known = Content(self._findings, self._layers, _reader(known or {}), SearchScope.BOUNDARIES)
        self._keep(stream, known)
        return known

    def _keep(self, stream: int, known: Content | Mapping[bytes, bytes]) -> None:
        self._open[stream] = known
        if len(self._open) > _MOST:
            # Streams that the other side reset are never ended by this one, and nobody misses them.
            self.end(next(iter(self._open)))

    def end(self, stream: int) -> None:
        """Nothing more comes on a stream."""
        ended = self._open.pop(stream, None)
        if isinstance(ended, Content):
            ended.close()

    def gap(self, length: int) -> None:
        """Bytes are missing, and may be of any stream."""
        self.lost = True
        for known in self._open.values():
            if isinstance(known, Content):
                known.gap(length)

    def close(self) -> None:
        """Nothing more comes on any."""
        for stream in list(self._open):
            self.end(stream)


def _reader(telling: Mapping[bytes, bytes]) -> ReaderFactory:
    kind = telling.get(b"content-type", b"")
    lower = kind.lower()
    if lower.startswith(b"application/grpc") and not lower.startswith(b"application/grpc-web-text"):
        return partial(Grpc, encoding=telling.get(b"grpc-encoding", b"identity"))
    return body(kind, telling.get(b"content-encoding", b""))
