"""DNS and protocols with the same messages: mDNS, LLMNR and NetBIOS name service (RFC 1035, 6762, 4795, 1002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.message_pieces import Domain, add_labels, add_piece
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.values import BEHIND_HEADER, read_unknown_value, read_values
from overheard_capture.protocols.dns.message import parse_message
from overheard_capture.protocols.dns.opaque_names import opaque_in_name, opaque_in_text
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import ByteRange, DnsContents
    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.provenance.spans import Span

LAYER = Layer("DNS")

# A NetBIOS name: each byte encoded as two letters (RFC 1001, 14.1).
_NETBIOS, _NETBIOS_LENGTH = lazy_pattern(rb"[A-P]{32}"), 32
# The bit of the flags that tells responses from queries.
_RESPONSE = 0x80
# From this length on, a label may be data of a tunnel, of whose domain there are so many labels at most.
_LONG_LABEL, _DOMAIN_LABELS = 24, 4
# A tunnel fills its labels: what it sends has fewer than one in so many characters.
_SHORT_LABEL = 4
# In how many labels the local part of a mail address is.
_LOCAL_LABELS = 2
# A tunnel such as iodine may have a few letters of its own before data.
_IN_A_NAME = range(9)


def read_dns(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> bool:
    """Read one message. Returns whether all of `data` is one."""
    message = parse_message(data)
    if message is None:
        return False
    text = _MessageText(data)
    for labels in message.names:
        text.name(labels)
    for labels in message.mailboxes:
        text.mailbox(labels)
    # Data that is split over several strings or records is joined.
    if message.texts:
        text.line(message.texts)
    for each in message.texts if len(message.texts) > 1 else ():
        if each[1] - each[0] >= _LONG_LABEL:
            text.line([each])
    inside = (*layers, LAYER)
    text.read(findings, inside, origin)
    _read_binary(findings, inside, message, bytes(data), origin)
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
            if end - start == _NETBIOS_LENGTH and _NETBIOS.fullmatch(data, start, end):
                name = _decode_netbios(data[start:end])
                add_piece(findings, layers, name, origin.derived([(0, start, end)]), ("NetBIOS", kind))
            else:
                add_labels(findings, layers, [(data[at:to], origin.after(at)) for at, to in labels], kind)
    else:
        # The question was asked before, and is the name of most records.
        question = message.names[0][0] if any(data[4:6]) and message.names else None
        for number, labels in enumerate(message.names):
            if labels[0] != question:
                add_labels(findings, layers, [(data[at:to], origin.after(at)) for at, to in labels], ("answer", number))
    for number, (start, end) in enumerate(message.texts):
        # Those of one message continue each other, or those in the same place of other messages.
        for part in ("text", ("text", number)) if len(message.texts) > 1 else ("text",):
            add_piece(findings, layers, data[start:end], origin.after(start), part)
    for start, end in (*message.opaque, *message.binary, *message.unknown):
        add_piece(findings, layers, data[start:end], origin.after(start), "data")
    _add_opaque(findings, layers, message, data, origin)


def _add_opaque(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Put aside what nobody can read in names and texts, by the domain that it is below."""
    domain = b""
    for labels in message.names:
        below, opaque = opaque_in_name([data[start:end] for start, end in labels])
        domain = domain or below
        if opaque and labels not in message.hashed:
            where = origin.derived([(0, labels[0][0], labels[-1][1])])
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
        if not all(is_plain(data[start:end]) for start, end in ranges):
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


class _MessageText:
    """The text of a message, and the origin of each part of it."""

    def __init__(self, data: Bytes) -> None:
        self._data = bytes(data)
        self._text = bytearray()
        # Each part: its offset in the text, and its range in the message.
        self._parts: list[tuple[int, int, int]] = []
        # The offsets of parts that are not literal bytes of the message.
        self._derived: set[int] = set()

    def name(self, labels: list[ByteRange]) -> None:
        """Add a name, with dots and without: data that is tunnelled in names is split into labels, and has no dots."""
        start = len(self._text)
        for label in labels:
            # A dot represents the length byte of the label.
            if len(self._text) > start:
                self._add(b".", label[0] - 1, label[0])
            self._add(self._data[label[0] : label[1]], *label)
        dotted = bytes(self._text[start:])
        self._end()
        if len(labels) > 1:
            self.line(labels)
            if len(dotted) >= max(_LONG_LABEL, (_SHORT_LABEL + 1) * len(labels)):
                # What is left of a tunnel's domain: with that, its data would end in nonsense.
                for count in range(max(2, len(labels) - _DOMAIN_LABELS), len(labels)):
                    self.line(labels[:count])
        # Some resolvers randomise the case of the letters in a name (0x20 encoding).
        if (lower := dotted.lower()) != dotted:
            self._add_derived(lower, labels)
        if _NETBIOS.fullmatch(dotted[:32]):
            self._add_derived(_decode_netbios(dotted[:32]), labels)

    def mailbox(self, labels: list[ByteRange]) -> None:
        """Add a name as the mail address that it stands for. The local part may have had a dot that was not escaped."""
        name = b".".join([self._data[start:end] for start, end in labels])
        at = 0
        for start, end in labels[:_LOCAL_LABELS]:
            at += end - start + 1
            if at < len(name):
                self._add_derived(name[: at - 1] + b"@" + name[at:], labels)

    def line(self, ranges: Iterable[ByteRange]) -> None:
        """Add some ranges of the message as one line."""
        for start, end in ranges:
            self._add(self._data[start:end], start, end)
        self._end()

    def _add(self, piece: bytes, start: int, end: int) -> None:
        self._parts.append((len(self._text), start, end))
        self._text += piece

    def _add_derived(self, piece: bytes, labels: list[ByteRange]) -> None:
        self._derived.add(len(self._text))
        self._add(piece, min(start for start, _ in labels), max(end for _, end in labels))
        self._end()

    def _end(self) -> None:
        """End a line. What is encoded in it does not continue in the next one, which an empty line rules out."""
        self._text += b"\n\n"

    def read(self, findings: Findings, layers: Layers, origin: Origin) -> None:
        """Search the text, and unwrap what is encoded in it. What is no text in it is read elsewhere."""
        text = bytes(self._text)
        if not any(findings.search.matches(text)) and has_nothing_encoded(text):
            return
        spans: list[Span] = []
        for at, start, end in self._parts:
            if at in self._derived:
                spans += origin.derived([(0, start, end)]).sliced(0, 1, at)
            else:
                spans += origin.sliced(start, end, at)
        text_origin = Origin(spans)
        search_bytes(findings, layers, text, text_origin)
        read_values(findings, layers, text, text_origin)


def _decode_netbios(name: bytes) -> bytes:
    return bytes((high - 65) << 4 | (low - 65) for high, low in zip(name[::2], name[1::2], strict=True)).rstrip(b" \0")


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
