"""The content of handshake messages in clear: their extensions, tickets, cookies and certificates."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import ZERO_KEY, Reason
from overheard_capture.decoders.keys import der_values
from overheard_capture.decoders.message_pieces import LONGEST, add_labels, add_number, add_piece, add_row
from overheard_capture.decoders.values import BEHIND_HEADER, read_unknown_value, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import is_printable
from overheard_capture.protocols.tls.certificate_strings import constructed_strings, wide_strings
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.elements import is_structure
from overheard_capture.protocols.tls.hello import ALPN, CERTIFICATE, CLIENT_HELLO, SERVER_HELLO, SERVER_NAME
from overheard_capture.protocols.tls.hello_fields import hello_fields
from overheard_capture.protocols.tls.message_fields import is_ordinary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

_DTLS = 0xFE
# Tags of DER: an object identifier, the first one whose meaning depends on the context, and a name of a host.
_OBJECT_IDENTIFIER, _CONTEXT_TAG, _DNS_NAME, _LONGEST_NAME = 6, 0x80, 0x82, 64
# Where the first name is in its extension, and names that nearly all clients offer.
_NAME_AT, _USUAL_PROTOCOLS = 5, {b"h2", b"http/1.1", b"h3"}
# Extensions of known form: those that are assigned (https://www.iana.org/assignments/tls-extensiontype-values), and
# drafts that browsers send: NPN, ALPS, Channel ID, trust anchors, ECH, ESNI, QUIC's parameters, and renegotiation_info.
_KNOWN = frozenset((
    *range(64), 0x3374, 0x4469, 0x44CD, 0x754F, 0x7550, 0xCA34, *range(0xFE08, 0xFE0E), 0xFF01, 0xFF02, 0xFFA5, 0xFFCE,
))  # fmt: skip
# Those that are zeros, or empty: padding, encrypt-then-MAC, the extended master secret, and authentication after
# the handshake. And those with values that look random: tickets, identities, cookies, key shares, and ECH.
_WITHOUT_CONTENT = frozenset((21, 22, 23, 49))
_QUIC_PARAMETERS = 57
_RANDOM = frozenset((35, 41, 44, 51, 0xFE0D))
# The random value of a hello. At its end, a server may say that it knows a newer version (RFC 8446, 4.1.3), and all of
# it may say that the client must begin again.
_RANDOM_AT, _DOWNGRADE = (2, 34), (b"DOWNGRD\0", b"DOWNGRD\1")
_RETRY = hashlib.sha256(b"HelloRetryRequest").digest()
# Tickets begin with the name of their key (RFC 5077, 4), which GnuTLS 3.6.4 to 3.6.13 left zero, and so the key itself.
# In NewSessionTicket that is behind a lifetime and a length, and in extensions behind the lengths of identities.
_NEW_TICKET, _TICKET_AT, _ZERO_NAME, _BEFORE_TICKET = 4, 6, bytes(16), {35: 0, 41: 4}
# The length of a key, or of the beginning of a ticket.
_KEY_SHARE, _SHORTEST_KEY = 51, 32
_RANDOM_VALUES, _SESSION_IDS = Numbers("TLS random values"), Numbers("TLS session IDs")
_TICKETS = Numbers("TLS tickets")
_RANDOM_FIELDS = {extension: Numbers(f"TLS extensions {extension}") for extension in _RANDOM}


def read_message(findings: Findings, layers: Layers, kind: int, body: bytes, origin: Origin) -> None:
    """Unwrap what is embedded in a message. Its bytes themselves were searched before."""
    read_values(findings, layers, body, origin, BEHIND_HEADER)
    if kind == CERTIFICATE and findings.messages:
        for certificate, start in _certificates(body):
            _add_certificate(findings, layers, certificate, origin.after(start))
    _report_in_clear(findings, kind, body)
    if kind == _NEW_TICKET:
        _read_ticket(findings, layers, body[_TICKET_AT:], origin.after(_TICKET_AT))
    if kind not in (CLIENT_HELLO, SERVER_HELLO):
        _read_strings(findings, layers, body, origin)
        return
    # Random values, session IDs and lists of codes have room for a few letters.
    add_row(findings, body[:LONGEST], origin, f"TLS hello {kind}")
    _add_random_value(findings, layers, body, origin)
    try:
        for extension, start, end in _fields(kind, Cursor(body), len(body)):
            field, begins = body[start:end], origin.after(start)
            if field[_BEFORE_TICKET.get(extension or 0, len(field)) :].startswith(_ZERO_NAME):
                findings.report_unread(Reason.KEY, ZERO_KEY, layers)
            _add_pieces(findings, layers, extension, field, begins)
            if extension is None or (extension in _KNOWN and extension not in _WITHOUT_CONTENT):
                read_values(findings, layers, field, begins, BEHIND_HEADER)
            elif any(field):
                read_unknown_value(findings, layers, field, begins)
    except TruncatedError:
        # A malformed hello is reported elsewhere.
        return


def _read_ticket(findings: Findings, layers: Layers, ticket: bytes, origin: Origin) -> None:
    if ticket.startswith(_ZERO_NAME):
        findings.report_unread(Reason.KEY, ZERO_KEY, layers)
    add_number(findings, layers, _TICKETS, ticket[: 2 * _SHORTEST_KEY], origin)


def _add_random_value(findings: Findings, layers: Layers, body: bytes, origin: Origin) -> None:
    """Put aside what is random in a hello."""
    start, end = _RANDOM_AT
    if body[start:end] != _RETRY:
        end -= len(_DOWNGRADE[0]) if body[:end].endswith(_DOWNGRADE) else 0
        add_number(findings, layers, _RANDOM_VALUES, body[start:end], origin.after(start))


def _report_in_clear(findings: Findings, kind: int, body: bytes) -> None:
    """Report the fields of a message that an application, and no usual software, has chosen."""
    if kind not in (CLIENT_HELLO, SERVER_HELLO):
        if not is_ordinary(kind, body):
            findings.report_in_clear(f"TLS handshake message of type {kind}", len(body))
        elif kind == CERTIFICATE:
            from overheard_capture.protocols.tls.certificate_fields import certificate_fields  # noqa: PLC0415  (since TLS 1.3, few are in clear)

            for certificate, _ in _certificates(body):
                for field, size in certificate_fields(certificate):
                    findings.report_in_clear(f"certificate: {field}", size)
        return
    try:
        for field, size in hello_fields(kind, body):
            findings.report_in_clear(f"TLS {field}", size)
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


def _add_pieces(findings: Findings, layers: Layers, extension: int | None, field: bytes, origin: Origin) -> None:
    """Put aside what a client may have cut in pieces: the server name, protocols, and unknown extensions."""
    if extension == SERVER_NAME and len(field) > _NAME_AT:
        _add_name(findings, layers, field[_NAME_AT:], origin.after(_NAME_AT), extension)
    elif extension == ALPN:
        at = 2
        while at < len(field):
            start, at = at + 1, at + 1 + field[at]
            if field[start:at] not in _USUAL_PROTOCOLS:
                add_piece(findings, layers, field[start:at], origin.after(start), extension)
    elif extension is None:
        add_number(findings, layers, _SESSION_IDS, field, origin)
    elif extension in _RANDOM:
        if len(field) >= _SHORTEST_KEY:
            start = len(field) - _SHORTEST_KEY if extension == _KEY_SHARE else 0
            end = min(start + 2 * _SHORTEST_KEY, len(field))
            add_number(findings, layers, _RANDOM_FIELDS[extension], field[start:end], origin.after(start))
        add_row(findings, field[:LONGEST], origin, f"TLS extension {extension}")
    elif extension == _QUIC_PARAMETERS:
        add_row(findings, field[:LONGEST], origin, "QUIC parameters")
    elif extension not in _KNOWN:
        add_piece(findings, layers, field, origin, "unknown extensions")


def _add_name(findings: Findings, layers: Layers, name: bytes, origin: Origin, part: object) -> None:
    labels, at = [], 0
    for label in name.split(b"."):
        labels.append((label, origin.after(at)))
        at += len(label) + 1
    add_labels(findings, layers, labels, part)
    from overheard_capture.protocols.dns.several_names import OF_SERVER, add_before_domain, add_words  # noqa: PLC0415  (few captures have many names)

    add_words(findings, layers, name.split(b"."), origin)
    if b"." in name:
        add_before_domain(findings, layers, name.split(b"."), origin, OF_SERVER)


def _add_certificate(findings: Findings, layers: Layers, certificate: bytes, origin: Origin) -> None:
    """Put aside the values of a certificate, and what it has several of, such as names of hosts."""
    found: dict[tuple[int, bytes], list[tuple[bytes, Origin]]] = {}
    counts = Counter[tuple[int, bytes]]()
    before = b""
    for start, end in der_values(certificate):
        value, tag = certificate[start:end], certificate[start - 2]
        # What kind of value it is, tells an object identifier before it, or a tag (RFC 5280, 4.1.2.4 and 4.2.1.6).
        part = (tag, before) if tag < _CONTEXT_TAG else (tag, b"")
        counts[part] += 1
        if not 0 < len(value) <= _LONGEST_NAME:
            pass
        elif is_printable(text := value.rstrip(b"\0")):
            found.setdefault(part, []).append((text, origin.after(start)))
            add_piece(findings, layers, text, origin.after(start), (*part, counts[part]))
        else:
            # A serial number and a hash of a key are random, and many others are few.
            field = f"certificate values {tag}.{before.hex()}.{counts[part]}"
            add_number(findings, layers, Numbers(field, is_random=False), value, origin.after(start))
        before = value if tag == _OBJECT_IDENTIFIER else b""
    for part, values in found.items():
        if len(values) > 1:
            for value, begins in values:
                add_piece(findings, layers, value, begins, part)
        for count, (value, begins) in enumerate(values if part[0] == _DNS_NAME else ()):
            if b"." in value:
                _add_name(findings, layers, value, begins, part)
                _add_name(findings, layers, value, begins, (*part, count))


def _certificates(body: bytes) -> Iterator[tuple[bytes, int]]:
    """The certificates of a list up to TLS 1.2 (RFC 5246, 7.4.2), and where they begin; none if it is a raw key."""
    at = len(body) if is_structure(body[3:]) else 3
    while at + 3 < len(body):
        start = at + 3
        at = start + int.from_bytes(body[start - 3 : start])
        yield body[start:at], start


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
