"""The content of handshake messages in clear: their extensions, tickets, cookies and certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.content import search_bytes
from overheard_capture.decoders.values import BEHIND_HEADER, read_unknown_value, read_values
from overheard_capture.protocols.tls.certificate_strings import constructed_strings, wide_strings
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.hello import CLIENT_HELLO, SERVER_HELLO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

_DTLS, _PADDING = 0xFE, 21
# Extensions of known form: those that are assigned (https://www.iana.org/assignments/tls-extensiontype-values), and
# drafts that browsers send: NPN, ALPS, Channel ID, trust anchors, ECH, ESNI, QUIC's parameters, and renegotiation_info.
_KNOWN = frozenset((
    *range(64), 0x3374, 0x4469, 0x44CD, 0x754F, 0x7550, 0xCA34, *range(0xFE08, 0xFE0E), 0xFF01, 0xFF02, 0xFFA5, 0xFFCE,
))  # fmt: skip


def read_message(findings: Findings, layers: Layers, kind: int, body: bytes, origin: Origin) -> None:
    """Unwrap what is embedded in a message. Its bytes themselves were searched before."""
    read_values(findings, layers, body, origin, BEHIND_HEADER)
    if kind not in (CLIENT_HELLO, SERVER_HELLO):
        _read_strings(findings, layers, body, origin)
        return
    try:
        for extension, start, end in _fields(kind, Cursor(body), len(body)):
            field, begins = body[start:end], origin.after(start)
            if extension is None or (extension in _KNOWN and extension != _PADDING) or _is_grease(extension):
                read_values(findings, layers, field, begins, BEHIND_HEADER)
            elif any(field):
                read_unknown_value(findings, layers, field, begins)
    except TruncatedError:
        # A malformed hello is reported elsewhere.
        return


def _read_strings(findings: Findings, layers: Layers, body: bytes, origin: Origin) -> None:
    """Unwrap strings of certificates that are wide, or in pieces, which are searched for once they are joined."""
    for start, end in wide_strings(body):
        read_values(findings, layers, body[start:end], origin.after(start))
    for pieces in constructed_strings(body):
        text, places = bytearray(), []
        for start, end in pieces:
            places.append((len(text), start, end))
            text += body[start:end]
        joined = bytes(text), origin.derived(places)
        search_bytes(findings, layers, *joined)
        read_values(findings, layers, *joined, BEHIND_HEADER)


def _fields(kind: int, cursor: Cursor, length: int) -> Iterator[tuple[int | None, int, int]]:
    """Yield the session ID and the cookie (without a type), then each extension: its type, and where its content is."""
    version = cursor.number(2)
    cursor.take(32)
    opaque = 2 if kind == CLIENT_HELLO and version >> 8 == _DTLS else 1
    for _ in range(opaque):
        size = cursor.number(1)
        start = length - len(cursor)
        cursor.take(size)
        yield None, start, start + size
    if kind == CLIENT_HELLO:
        cursor.vector(2)
        cursor.vector(1)
    else:
        cursor.take(3)
    if cursor:
        cursor.number(2)
    while cursor:
        extension, size = cursor.number(2), cursor.number(2)
        start = length - len(cursor)
        cursor.take(size)
        yield extension, start, start + size


def _is_grease(extension: int) -> bool:
    """Whether an extension is reserved to be ignored (RFC 8701)."""
    return extension & 0x0F0F == 0x0A0A and extension >> 8 == extension & 0xFF
