"""DNS and protocols with the same messages: mDNS, LLMNR and NetBIOS name service (RFC 1035, 6762, 4795, 1002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.content.under_key import search_under_key
from overheard_capture.decoders.message_pieces import Domain, add_labels, add_piece
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.values import BEHIND_HEADER, read_unknown_value, read_values
from overheard_capture.protocols.dns.coded_names import short_codes
from overheard_capture.protocols.dns.fields import fields_in_clear
from overheard_capture.protocols.dns.message import parse_message
from overheard_capture.protocols.dns.message_text import (
    LONG_LABEL,
    NETBIOS,
    NETBIOS_LENGTH,
    MessageText,
    decode_netbios,
)
from overheard_capture.protocols.dns.numbers import add_numbers
from overheard_capture.protocols.dns.opaque_names import opaque_in_name, opaque_in_text
from overheard_capture.protocols.dns.several_names import add_name, add_preferences, add_text, add_words
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import ByteRange, DnsContents
    from overheard_capture.provenance.origin import Bytes

LAYER = Layer("DNS")

# The bit of the flags that tells responses from queries.
_RESPONSE = 0x80
# A tunnel such as iodine may have a few letters of its own before data.
_IN_A_NAME = range(9)


def read_dns(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> bool:
    """Read one message. Returns whether all of `data` is one."""
    message = parse_message(data)
    if message is None:
        return False
    text = MessageText(data)
    for labels in message.names:
        text.name(labels)
    for labels in message.mailboxes:
        text.mailbox(labels)
    # Data that is split over several strings or records is joined.
    if message.texts:
        text.line(message.texts)
    for each in message.texts if len(message.texts) > 1 else ():
        if each[1] - each[0] >= LONG_LABEL:
            text.line([each])
    for field, size in fields_in_clear(message, bytes(data)):
        findings.report_in_clear(f"DNS {field}", size)
    inside = (*layers, LAYER)
    text.read(findings, inside, origin)
    _read_binary(findings, inside, message, bytes(data), origin)
    search_under_key(findings, inside, data, origin)
    if findings.messages:
        _add_pieces(findings, inside, message, bytes(data), origin)
    for start, end in message.opaque:
        reader = ShortReader(findings, inside)
        reader.feed(data[start:end], origin.after(start))
        reader.close()
    return True


def _add_pieces(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Put aside the names that a client asks for, and texts: each may be a part of what a tunnel sends."""
    if data[2] < _RESPONSE:
        for labels in message.names[: int.from_bytes(data[4:6])]:
            start, end = labels[0]
            # The types of questions for the same name differ.
            kind = data[labels[-1][1] + 1 :][:2]
            if end - start == NETBIOS_LENGTH and NETBIOS.fullmatch(data, start, end):
                name = decode_netbios(data[start:end])
                add_piece(findings, layers, name, origin.derived([(0, start, end)]), ("NetBIOS", kind))
            else:
                add_labels(findings, layers, [(data[at:to], origin.after(at)) for at, to in labels], kind)
                add_name(findings, layers, data, labels, origin)
    else:
        # The question was asked before, and is the name of most records.
        question = message.names[0][0] if any(data[4:6]) and message.names else None
        for number, labels in enumerate(message.names):
            if labels[0] != question:
                add_labels(findings, layers, [(data[at:to], origin.after(at)) for at, to in labels], ("answer", number))
                add_name(findings, layers, data, labels, origin)
    add_preferences(findings, layers, message, data, origin)
    owner = data[slice(*message.names[0][0])] if message.names else b""
    for number, (start, end) in enumerate(message.texts):
        # Those of one message continue each other, or those in the same place of other messages.
        for part in ("text", ("text", number)) if len(message.texts) > 1 else ("text",):
            add_piece(findings, layers, data[start:end], origin.after(start), part)
        add_text(findings, layers, data[start:end], origin.after(start), owner)
    for start, end in (*message.opaque, *message.binary, *message.unknown):
        add_piece(findings, layers, data[start:end], origin.after(start), "data")
    _add_opaque(findings, layers, message, data, origin)
    add_numbers(findings, layers, message, data, origin)


def _add_opaque(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Put aside what nobody can read in names and texts, by the domain that it is below."""
    domain = b""
    for labels in message.names:
        values = [data[start:end] for start, end in labels]
        where = origin.derived([(0, labels[0][0], labels[-1][1])])
        add_words(findings, layers, values, where)
        below, opaque = opaque_in_name(values)
        domain = domain or below
        if not opaque and labels not in message.hashed and (codes := short_codes(values)):
            add_piece(findings, layers, codes, where, Domain(below, has_codes=True))
        if opaque and labels not in message.hashed:
            add_piece(findings, layers, opaque, where, Domain(below))
    for start, end in message.texts:
        if opaque := opaque_in_text(data[start:end]):
            add_piece(findings, layers, opaque, origin.derived([(0, start, end)]), Domain(domain))


def _read_binary(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Read what is not text: addresses, labels and strings with other bytes, and records and options by their types."""
    if message.addresses:
        # Data that is split over several addresses is joined, too.
        joined_data, joined_origin = _joined(data, origin, message.addresses)
        search_bytes(findings, layers, joined_data, joined_origin)
        read_values(findings, layers, joined_data, joined_origin)
    for ranges in filter(None, (*message.names, message.texts)):
        if not is_plain(b"".join([data[start:end] for start, end in ranges])):
            joined_data, joined_origin = _joined(data, origin, ranges)
            read_values(findings, layers, joined_data, joined_origin, _IN_A_NAME)
            _doubt(findings, layers, [data[start:end] for start, end in ranges])
    for start, end in message.binary:
        read_values(findings, layers, data[start:end], origin.after(start), BEHIND_HEADER)
    for start, end in message.unknown:
        read_unknown_value(findings, layers, data[start:end], origin.after(start))


def _doubt(findings: Findings, layers: Layers, pieces: list[bytes]) -> None:
    """Report labels or strings that are not text, if they are longer than an identifier."""
    if sum(len(piece) for piece in pieces if not looks_like_text(piece)) > MAX_IDENTIFIER:
        findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, layers)


def _joined(data: bytes, origin: Origin, ranges: Iterable[ByteRange]) -> tuple[bytes, Origin]:
    """Some ranges of a message in a row, and their origin."""
    held = list(ranges)
    return b"".join(data[start:end] for start, end in held), joined([(origin, start, end) for start, end in held])


class DnsDatagrams:
    """Reads the datagrams of one direction, each of which is a message."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is a message."""
        return read_dns(self._findings, (), data, origin)

    def close(self) -> None:
        """The direction has ended; nothing is buffered."""


# ---- over TCP


def dns(findings: Findings, layers: Layers) -> FramedReader:
    """Create a reader of messages with length prefixes (RFC 1035, 4.2.2)."""
    return FramedReader(findings, layers, "DNS", DnsMessages(findings, layers), lambda _data, _last: -1)


def is_dns(head: Bytes) -> bool:
    """Whether this is the beginning of DNS over TCP: with one complete, valid message."""
    return len(head) > 2 and parse_message(head[2 : 2 + int.from_bytes(head[:2], "big")]) is not None


class DnsMessages:
    """Reads the messages of one direction of DNS over TCP."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._buffer = ByteQueue()
        self.broken = False

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`. Returns the number of bytes read: all, unless it is broken."""
        at = 0
        while at < len(data) and not self.broken:
            part = data[at : at + self._needed - len(self._buffer)]
            self._buffer.add(part, origin.after(at))
            at += len(part)
            if len(self._buffer) == self._needed:
                message, where = self._buffer.take(self._needed)
                self.broken = not read_dns(self._findings, self._layers, message[2:], where.after(2))
                self._findings.identify_as("DNS")
        return at

    @property
    def _needed(self) -> int:
        """The number of bytes that the next step needs: the length prefix, or the whole message."""
        return 2 + int.from_bytes(self._buffer.data[:2], "big") if len(self._buffer) >= 2 else 2

    def gap(self, length: int) -> bool:  # noqa: ARG002 - after any gap, the next message may be anywhere
        """`length` bytes are missing. Returns whether the position of the next message is still known."""
        return False

    def lose_sync(self, _length: int) -> None:
        """Message boundaries are lost: discard the buffered bytes."""
        self._buffer = ByteQueue()

    def close(self) -> None:
        """The direction has ended."""
        if len(self._buffer):
            self._findings.report_unread(Reason.DAMAGED, "a truncated DNS message", self._layers)
