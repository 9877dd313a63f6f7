"""OpenVPN over UDP and over TCP, where the length of each packet precedes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.protocols.openvpn.channel import OpenvpnChannel
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

_LENGTH = 2


class OpenvpnDatagrams:
    """Reads the datagrams of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._channel = OpenvpnChannel(findings)
        self.datagram = self._channel.packet
        self.close = self._channel.close


class OpenvpnStream:
    """Reads one direction of a TCP connection."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._channel = OpenvpnChannel(findings)
        self._pending = ByteQueue()
        self._fallback: Fallback | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._fallback:
            self._fallback.feed(data, origin)
            return
        self._pending.add(data, origin)
        while self._fallback is None and len(self._pending) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._pending.data[:_LENGTH], "big")
            if len(self._pending) < end:
                return
            packet = bytes(self._pending.data[_LENGTH:end])
            if packet and self._channel.packet(packet, self._pending.origin.after(_LENGTH)):
                self._pending.drop(end)
            else:
                self._fail(Reason.DAMAGED)

    def _fail(self, why: Reason) -> None:
        self._findings.report_unread(why, "OpenVPN packets", self._layers)
        if self._findings.encryption:
            self._findings.encryption.problems.append("bytes that are not valid OpenVPN")
        self._fallback = Fallback(self._findings, self._layers)
        if self._pending:
            self._fallback.feed(*self._pending.take(len(self._pending)))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._fallback is None:
            self._fail(Reason.GAP)
        if self._fallback:
            self._fallback.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        if self._pending:
            self._fail(Reason.DAMAGED)
        if self._fallback:
            self._fallback.close()
        self._channel.close()


def openvpn(findings: Findings, layers: Layers) -> OpenvpnStream:
    """Create a reader of one direction of a TCP connection."""
    return OpenvpnStream(findings, layers)
