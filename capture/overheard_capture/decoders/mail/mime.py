"""One MIME entity: a header, and the body as the header says that it is (RFC 2045)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.decoders.base64.body import base64_body
from overheard_capture.decoders.mail.quoted_printable import QuotedPrintable
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

    Body = Callable[[bytes, bytes], ReaderFactory]


_END = re.compile(rb"(?:\A|\n)\r?\n")
_FIELD = re.compile(
    rb"^(content-type|content-encoding|content-transfer-encoding)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# A header that is longer is none.
_LONGEST_HEAD = 64 << 10


def _of_entity(head: bytes, body: Body) -> ReaderFactory:
    """What reads the body after this header."""
    fields = {name.lower(): value for name, value in _FIELD.findall(head)}
    reader = body(fields.get(b"content-type", b""), fields.get(b"content-encoding", b""))
    transfer = fields.get(b"content-transfer-encoding", b"").strip().lower()
    if transfer == b"base64":
        return base64_body(reader)
    if transfer == b"quoted-printable":
        return lambda findings, layers: QuotedPrintable(findings, layers, reader)
    return reader


class MimeEntity:
    """Reads one. `body` says what reads a body of a Content-Type, in content codings."""

    def __init__(self, findings: Findings, layers: Layers, body: Body) -> None:
        self._findings = findings
        self._layers = layers
        self._body_reader = body
        self._head: ByteQueue | None = ByteQueue()
        self._body: Content | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._body:
            self._body.feed(data, origin)
        elif self._head is not None:
            self._head.add(data, origin)
            end = _END.search(self._head.data, 0, _LONGEST_HEAD)
            if end or len(self._head) >= _LONGEST_HEAD:
                self._begin(end.end() if end else 0)

    def _begin(self, length: int) -> None:
        """The body begins behind so many bytes of header."""
        waiting, self._head = self._head or ByteQueue(), None
        head, _ = waiting.take(length)
        data, origin = waiting.take(len(waiting))
        self._body = Content(self._findings, self._layers, _of_entity(head, self._body_reader), SearchScope.NOTHING)
        self._body.feed(data, origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here; in a header, nobody knows of what."""
        if self._head is not None:
            self._begin(0)
        if self._body:
            self._body.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        if self._head is not None:
            self._begin(0)
        if self._body:
            self._body.close()
