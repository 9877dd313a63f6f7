"""The packets of SSH with the cipher `none`: what channels carry is read like a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.protocols.ssh.algorithms import Agreement
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("SSH without encryption")
# RFC 4254, 5.2. What else is sent is short, and a string in it may be a password (RFC 4252, 8).
_DATA, _EXTENDED_DATA = 94, 95
_MIN_PADDING, _BLOCK, _MAX_PACKET, _MAX_CHANNELS = 4, 8, 256 << 10, 256


class ClearPackets:
    """Reads the packets of one direction after NEWKEYS."""

    def __init__(self, findings: Findings, layers: Layers, agreement: Agreement) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._tag = agreement.tag
        self._pending = ByteQueue()
        self._channels: dict[bytes, Content] = {}
        self._fallback: Reader | None = None
        if agreement.is_compressed or self._tag < 0:
            self._fail()

    def _fail(self) -> None:
        self._findings.report_unread(Reason.DAMAGED, "SSH packets without encryption", self._layers)
        self._fallback = untyped(self._findings, self._layers)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._fallback:
            self._fallback.feed(data, origin)
            return
        self._pending.add(data, origin)
        while self._fallback is None and len(self._pending) > _MIN_PADDING:
            length, padding = int.from_bytes(self._pending.data[:4], "big"), self._pending.data[4]
            if not _MIN_PADDING <= padding < length - 1 <= _MAX_PACKET or (length + 4) % _BLOCK:
                self._fail()
            elif len(self._pending) < length + 4 + self._tag:
                return
            else:
                packet, place = self._pending.take(length + 4 + self._tag)
                self._read(packet[5 : 4 + length - padding], place.after(5))
        if self._fallback and self._pending:
            self._fallback.feed(*self._pending.take(len(self._pending)))

    def _read(self, payload: bytes, origin: Origin) -> None:
        header = {_DATA: 5, _EXTENDED_DATA: 9}.get(payload[0], 0)
        channel = payload[:header]
        try:
            data = Cursor(payload[header:]).vector(4).rest()
        except TruncatedError:
            header = 0
        if not header:
            self._read_strings(payload, origin)
            return
        if channel not in self._channels and len(self._channels) >= _MAX_CHANNELS:
            self._channels.pop(next(iter(self._channels))).close()
        content = self._channels.get(channel) or Content(self._findings, self._layers, untyped, SearchScope.BOUNDARIES)
        self._channels[channel] = content
        content.feed(bytes(data), origin.after(len(channel) + 4))

    def _read_strings(self, payload: bytes, origin: Origin) -> None:
        """Read what follows each length that fits in any other message."""
        at = 1
        while at + 4 <= len(payload):
            length = int.from_bytes(payload[at : at + 4], "big")
            if not 0 < length <= len(payload) - at - 4:
                at += 1
                continue
            at += 4
            if length > MAX_IDENTIFIER:
                reader = ShortReader(self._findings, self._layers)
                reader.feed(payload[at : at + length], origin.after(at))
                reader.close()
            at += length

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._fallback is None:
            self._fail()
        if self._fallback:
            self._fallback.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        if self._fallback is None and self._pending:
            self._fail()
        if self._fallback:
            if self._pending:
                self._fallback.feed(*self._pending.take(len(self._pending)))
            self._fallback.close()
        for content in self._channels.values():
            content.close()
