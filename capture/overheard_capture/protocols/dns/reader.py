"""DNS, and what speaks like it: mDNS, LLMNR, the names of NetBIOS (RFC 1035, 6762, 4795, 1002)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.short import ShortReader
from overheard_capture.protocols.dns.message import contents_of
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import Stretch
    from overheard_capture.provenance.origin import Bytes, Span

LAYER = Layer("DNS")

# A name of NetBIOS: every byte of it as two letters (RFC 1001, 14.1).
_NETBIOS = re.compile(rb"[A-P]{32}")
# What may be something wrapped in letters.
_LONG = re.compile(rb"[A-Za-z0-9+/=_-]{24,}")


def read_dns(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> bool:
    """Read one message. Say whether all of `data` is one."""
    message = contents_of(data)
    if message is None:
        return False
    text = _MessageText(data)
    for labels in message.names:
        text.name(labels)
    # What is put into several strings, records or addresses is put together again.
    for stretches in filter(None, (message.texts, message.addresses)):
        text.line(stretches)
    text.look(findings, (*layers, LAYER), origin)
    for begins, ends in message.others:
        reader = ShortReader(findings, (*layers, LAYER))
        reader.feed(data[begins:ends], origin.after(begins))
        reader.close()
    return True


class _MessageText:
    """What a message says, as text, and where each part of it comes from."""

    def __init__(self, data: Bytes) -> None:
        self._data = bytes(data)
        self._text = bytearray()
        # Where a part begins in the text, and where it stands in the message.
        self._parts: list[tuple[int, int, int]] = []
        # The parts that are not there letter by letter.
        self._told: set[int] = set()

    def name(self, labels: list[Stretch]) -> None:
        """A name, with dots and without: what is carried in names is cut into labels, and has no dots of its own."""
        begins = len(self._text)
        for label in labels:
            # A dot stands for the byte that says how long the label is.
            if len(self._text) > begins:
                self._add(b".", label[0] - 1, label[0])
            self._add(self._data[label[0] : label[1]], *label)
        dotted = bytes(self._text[begins:])
        self._end()
        if len(labels) > 1:
            self.line(labels)
        # Some write the letters of a name in either case at random, and it stays the same name.
        if (lower := dotted.lower()) != dotted:
            self._tell(lower, labels)
        if _NETBIOS.fullmatch(dotted[:32]):
            self._tell(_of_letters(dotted[:32]), labels)

    def line(self, stretches: Iterable[Stretch]) -> None:
        """Some stretches of the message, one behind the other."""
        for begins, ends in stretches:
            self._add(self._data[begins:ends], begins, ends)
        self._end()

    def _add(self, piece: bytes, begins: int, ends: int) -> None:
        self._parts.append((len(self._text), begins, ends))
        self._text += piece

    def _tell(self, piece: bytes, labels: list[Stretch]) -> None:
        self._told.add(len(self._text))
        self._add(piece, min(begins for begins, _ in labels), max(ends for _, ends in labels))
        self._end()

    def _end(self) -> None:
        self._text += b"\n"

    def look(self, findings: Findings, layers: Layers, origin: Origin) -> None:
        """Search it."""
        text = bytes(self._text)
        if not any(findings.search.matches(text)) and not _LONG.search(text):
            return
        spans: list[Span] = []
        for start, begins, ends in self._parts:
            if start in self._told:
                spans += origin.derived([(0, begins, ends)]).sliced(0, 1, start)
            else:
                spans += origin.sliced(begins, ends, start)
        made_of = Origin(spans)
        search_bytes(findings, layers, text, made_of)
        reader = ShortReader(findings, layers)
        reader.feed(text, made_of)
        reader.close()


def _of_letters(name: bytes) -> bytes:
    return bytes((high - 65) << 4 | (low - 65) for high, low in zip(name[::2], name[1::2], strict=True)).rstrip(b" \0")


class DnsDatagrams:
    """Reads the datagrams of one direction, of which each is a message."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram, if it is a message."""
        return read_dns(self._findings, (), data, origin)

    def close(self) -> None:
        """Nothing is kept."""


# ---- over TCP


def dns(findings: Findings, layers: Layers) -> FramedReader:
    """A reader of messages with their lengths before them (RFC 1035, 4.2.2)."""
    return FramedReader(findings, layers, "DNS", DnsMessages(findings, layers), lambda _data, _last: -1)


def is_dns(head: Bytes) -> bool:
    """Whether a direction that begins like this is DNS: with a whole message that makes sense."""
    return len(head) > 2 and contents_of(head[2 : 2 + int.from_bytes(head[:2], "big")]) is not None


class DnsMessages:
    """The messages that one side sends."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._waiting = ByteQueue()
        self.broken = False

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read on."""
        at = 0
        while at < len(data) and not self.broken:
            more = data[at : at + self._wanted - len(self._waiting)]
            self._waiting.add(more, origin.after(at))
            at += len(more)
            if len(self._waiting) == self._wanted:
                message, where = self._waiting.take(self._wanted)
                self.broken = not read_dns(self._findings, self._layers, message[2:], where.after(2))
                self._findings.identify_as("DNS")
        return at

    @property
    def _wanted(self) -> int:
        """How many bytes must be there; a message has a head at least."""
        return 2 + int.from_bytes(self._waiting.data[:2], "big") if len(self._waiting) >= 2 else 2

    def gap(self, length: int) -> bool:  # noqa: ARG002 - whatever is missing, the next message may be anywhere
        """So many bytes are missing. Say whether it is known where the next message begins."""
        return False

    def lose(self, _length: int) -> None:
        """So many bytes are missing, and nobody knows what they were."""
        self._waiting = ByteQueue()

    def close(self) -> None:
        """There is no more to come."""
        if len(self._waiting):
            self._findings.unread(Reason.DAMAGED, "a message of DNS that breaks off", self._layers)
