"""The streams of one direction of an HTTP/2 connection, each with its own content."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.grpc import GrpcReader
from overheard_capture.decoders.registry import body_reader, decoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# The maximum number of streams that are followed at a time. Servers allow some 100 to 250.
_MAX_STREAMS = 256

# The header fields that describe the encoding of the data.
ENCODING_FIELDS = {b"content-encoding", b"content-type", b"grpc-encoding"}


class Http2Streams:
    """The open streams of one direction."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # The content of each stream or, before its first data, the relevant header fields. Least recently used first.
        self._open: dict[int, Content | Mapping[bytes, bytes]] = {}
        # Whether bytes are missing that may have contained header fields of a stream.
        self.headers_missing = False

    def header(self, stream: int, fields: Mapping[bytes, bytes]) -> None:
        """A stream begins with these header fields; or it ends with trailers, which are ignored."""
        entry = self._open.pop(stream, fields)
        # If there are several header sections before the data (as with status 103), the last one counts.
        self._keep(stream, entry if isinstance(entry, Content) else fields)

    def data(self, stream: int, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """More data of a stream."""
        self._content(stream).feed(data, origin, contiguous=contiguous)

    def missing(self, stream: int, length: int) -> None:
        """`length` bytes of the data of a stream are missing here."""
        self._content(stream).gap(length)

    def _content(self, stream: int) -> Content:
        entry = self._open.pop(stream, None)
        if entry is None:
            why = Reason.GAP if self.headers_missing else Reason.LIMIT
            self._findings.report_unread(why, "data of an HTTP/2 stream without known header fields", self._layers)
        if not isinstance(entry, Content):
            entry = Content(self._findings, self._layers, _reader(entry or {}), SearchScope.BOUNDARIES)
        self._keep(stream, entry)
        return entry

    def _keep(self, stream: int, entry: Content | Mapping[bytes, bytes]) -> None:
        self._open[stream] = entry
        if len(self._open) > _MAX_STREAMS:
            # Streams that the peer resets do not end in this direction, so old ones may be dropped.
            self.end(next(iter(self._open)))

    def end(self, stream: int) -> None:
        """A stream has ended."""
        ended = self._open.pop(stream, None)
        if isinstance(ended, Content):
            ended.close()

    def gap(self, length: int) -> None:
        """`length` bytes are missing, and may belong to any stream."""
        self.headers_missing = True
        for entry in self._open.values():
            if isinstance(entry, Content):
                entry.gap(length)

    def close(self) -> None:
        """All streams have ended."""
        for stream in list(self._open):
            self.end(stream)


def _reader(fields: Mapping[bytes, bytes]) -> ReaderFactory:
    kind = fields.get(b"content-type", b"")
    lower = kind.lower()
    if lower.startswith(b"application/grpc") and not lower.startswith(b"application/grpc-web-text"):
        return partial(GrpcReader, decompressing=partial(decoding, fields.get(b"grpc-encoding", b"identity")))
    return body_reader(kind, fields.get(b"content-encoding", b""))
