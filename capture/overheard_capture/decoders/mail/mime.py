"""MIME entities: a header, and a body of the type and encoding that it declares (RFC 2045)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.base64.body import base64_body
from overheard_capture.decoders.mail.quoted_printable import QuotedPrintable
from overheard_capture.decoders.values import read_values
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

    BodyReader = Callable[[bytes, bytes], ReaderFactory]
    # The reader factory for a body by all of the header, and its Content-Type; None for the usual one.
    HeaderReader = Callable[[bytes, bytes], ReaderFactory | None]


_HEADER_END = lazy_pattern(rb"(?:\A|\n)\r?\n")
_FIELD = lazy_pattern(
    rb"^(content-type|content-encoding|content-transfer-encoding)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# If the header does not end within this length, all of the entity is read as its body.
_LONGEST_HEADER = 64 << 10


def _reader_for_body(header: bytes, body_reader: BodyReader, by_header: HeaderReader | None) -> ReaderFactory:
    """The reader factory for the body after this header."""
    fields = {name.lower(): value for name, value in _FIELD.findall(header)}
    if by_header and (special := by_header(header, fields.get(b"content-type", b""))):
        return special
    reader = body_reader(fields.get(b"content-type", b""), fields.get(b"content-encoding", b""))
    transfer = fields.get(b"content-transfer-encoding", b"").strip().lower()
    if transfer == b"base64":
        return base64_body(reader)
    if transfer == b"quoted-printable":
        return lambda findings, layers: QuotedPrintable(findings, layers, reader)
    return reader


class MimeEntity:
    """Reads an entity.

    `body_reader` returns the reader factory for a Content-Type and content codings; `by_header` may return another one.
    """

    def __init__(
        self, findings: Findings, layers: Layers, body_reader: BodyReader, by_header: HeaderReader | None = None
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._body_reader, self._by_header = body_reader, by_header
        self._header: ByteQueue | None = ByteQueue()
        self._body: Content | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._body:
            self._body.feed(data, origin)
        elif self._header is not None:
            self._header.add(data, origin)
            end = _HEADER_END.search(self._header.data, 0, _LONGEST_HEADER)
            if end or len(self._header) >= _LONGEST_HEADER:
                self._begin_body(end.end() if end else 0)

    def _begin_body(self, length: int) -> None:
        """Begin the body, after `length` bytes of header."""
        pending, self._header = self._header or ByteQueue(), None
        header, header_origin = pending.take(length)
        read_values(self._findings, self._layers, header, header_origin)
        data, origin = pending.take(len(pending))
        reader = _reader_for_body(header, self._body_reader, self._by_header)
        self._body = Content(self._findings, self._layers, reader, SearchScope.NONE)
        self._body.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. If the header has not ended, all of it is read as a body."""
        if self._header is not None:
            self._begin_body(0)
        if self._body:
            self._body.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._header is not None:
            self._begin_body(0)
        if self._body:
            self._body.close()
