"""The text of a DNS message: names, with dots and without, mail addresses and strings, to be searched and unwrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.content import search_bytes
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.read_before import read_unless_empty
from overheard_capture.decoders.values import read_values
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import LazySpans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import ByteRange
    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.provenance.spans import Span

# A NetBIOS name: each byte encoded as two letters (RFC 1001, 14.1).
NETBIOS, NETBIOS_LENGTH = lazy_pattern(rb"[A-P]{32}"), 32
# From this length on, a label may be data of a tunnel, of whose domain there are so many labels at most.
LONG_LABEL, _DOMAIN_LABELS = 24, 4
# A tunnel fills its labels: what it sends has fewer than one in so many characters.
_SHORT_LABEL = 4
# In how many labels the local part of a mail address is.
_LOCAL_LABELS = 2


class MessageText:
    """The text of a message, and the origin of each part of it."""

    def __init__(self, data: Bytes) -> None:
        self._data = bytes(data)
        self._text = bytearray()
        # Each part: its offset in the text, its ranges in the message, and how many bytes are before each of these but
        # the first, to be in the text as a dot.
        self._parts: list[tuple[int, Sequence[ByteRange], int]] = []
        # The offsets of parts that are not literal bytes of the message.
        self._derived: set[int] = set()

    def name(self, labels: list[ByteRange]) -> None:
        """Add a name, with dots and without: data that is tunnelled in names is split into labels, and has no dots."""
        # A dot represents the length byte of the label.
        dotted = self._add(labels, b".")
        if len(labels) > 1:
            self.line(labels)
            if len(dotted) >= max(LONG_LABEL, (_SHORT_LABEL + 1) * len(labels)):
                # What is left of a tunnel's domain: with that, its data would end in nonsense.
                for count in range(max(2, len(labels) - _DOMAIN_LABELS), len(labels)):
                    self.line(labels[:count])
        # Some resolvers randomise the case of the letters in a name (0x20 encoding).
        if (lower := dotted.lower()) != dotted:
            self._add_derived(lower, labels)
        if NETBIOS.fullmatch(dotted[:32]):
            self._add_derived(decode_netbios(dotted[:32]), labels)

    def mailbox(self, labels: list[ByteRange]) -> None:
        """Add a name as the mail address that it stands for. The local part may have had a dot that was not escaped."""
        name = b".".join([self._data[start:end] for start, end in labels])
        at = 0
        for start, end in labels[:_LOCAL_LABELS]:
            at += end - start + 1
            if at < len(name):
                self._add_derived(name[: at - 1] + b"@" + name[at:], labels)

    def line(self, ranges: Sequence[ByteRange]) -> None:
        """Add some ranges of the message as one line."""
        self._add(ranges, b"")

    def _add(self, ranges: Sequence[ByteRange], between: bytes) -> bytes:
        """Add a line, and return it."""
        data = self._data
        line = between.join([data[start:end] for start, end in ranges])
        self._end(line, ranges, len(between))
        return line

    def _add_derived(self, piece: bytes, labels: list[ByteRange]) -> None:
        self._derived.add(len(self._text))
        self._end(piece, [(min(start for start, _ in labels), max(end for _, end in labels))], 0)

    def _end(self, line: bytes, ranges: Sequence[ByteRange], between: int) -> None:
        """Add a line. What is encoded in it does not continue in the next one, which an empty line rules out."""
        self._parts.append((len(self._text), ranges, between))
        self._text += line
        self._text += b"\n\n"

    def read(self, findings: Findings, layers: Layers, origin: Origin) -> None:
        """Search the text, and unwrap what is encoded in it. What is no text in it is read elsewhere."""
        text = bytes(self._text)
        read_unless_empty(findings, layers, text, lambda: self._read(findings, layers, text, origin))

    def _read(self, findings: Findings, layers: Layers, text: bytes, origin: Origin) -> None:
        if any(findings.search.matches(text)) or not has_nothing_encoded(text):
            self._unwrap(findings, layers, text, origin)

    def _unwrap(self, findings: Findings, layers: Layers, text: bytes, origin: Origin) -> None:
        # Hardly ever does anybody ask for them, and there may be many.
        text_origin = Origin(LazySpans(lambda: self._spans(origin)))
        search_bytes(findings, layers, text, text_origin)
        read_values(findings, layers, text, text_origin)

    def _spans(self, origin: Origin) -> list[Span]:
        spans: list[Span] = []
        for at, ranges, between in self._parts:
            if at in self._derived:
                spans += origin.derived([(0, *ranges[0])]).sliced(0, 1, at)
            else:
                _extend(spans, origin, at, ranges, between)
        return spans


def _extend(spans: list[Span], origin: Origin, at: int, ranges: Sequence[ByteRange], between: int) -> None:
    """Add the spans of ranges, with so many bytes before each but the first, which are at `at` of the text."""
    for number, (start, end) in enumerate(ranges):
        if between and number:
            spans += origin.sliced(start - between, start, at)
            at += between
        spans += origin.sliced(start, end, at)
        at += end - start


def decode_netbios(name: bytes) -> bytes:
    """The name that is encoded as two letters for each byte, without what fills it."""
    return bytes((high - 65) << 4 | (low - 65) for high, low in zip(name[::2], name[1::2], strict=True)).rstrip(b" \0")
