"""IPsec in one direction: messages of IKEv2, packets of ESP, or both in one UDP flow (RFC 3948)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.decoders.message_pieces import add_number
from overheard_capture.packets import Numbers
from overheard_capture.protocols.counters import Counters
from overheard_capture.protocols.encrypted import EncryptedDirection, read_plaintext
from overheard_capture.protocols.ipsec.ike import is_ike, read_message
from overheard_capture.protocols.ipsec.null_cipher import NullCipherTrailers
from overheard_capture.protocols.tls.cursor import TruncatedError

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

IKE, ESP = Layer("IKEv2"), Layer("ESP")
_SPIS = Numbers("ESP SPIs")

_MARKER, _KEEPALIVE = bytes(4), b"\xff"
# SPIs up to 255 are reserved. A packet has an IV or two bytes of padding at least, and an ICV (RFC 4303, 2).
_LOWEST_SPI, _HEADER_LENGTH, _SHORTEST, _ALIGNED_TO = 256, 8, 24, 4
# The IV of AES-GCM and the like counts (RFC 4106, 3.1).
_IV, _SPI = 8, 4
_MAX_SPIS = 64


class IpsecConversation:
    """What both directions know: whether the IP header says that this is ESP, and whether there was IKE."""

    def __init__(self) -> None:
        self.is_esp = self.has_ike = False


class IpsecReader:
    """Reads the datagrams of one direction. ESP is nothing but numbers, so it is known by its IP header, or by IKE."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._conversation = findings.conversation.of(IpsecConversation)
        self._direction: EncryptedDirection | None = None
        self._counters = Counters(32)
        self._spis: set[int] = set()
        self._noted: set[bytes] = set()
        self._trailers = NullCipherTrailers()

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is IPsec."""
        marker = len(_MARKER) if data.startswith(_MARKER) else 0
        if not self._conversation.is_esp and is_ike(data, marker):
            self._conversation.has_ike = True
            direction = self._begin("IKEv2")
            if not direction.repeats(data):
                self._read_ike(direction, data[marker:], origin.after(marker))
            self._findings.read[IKE] += len(data)
            return True
        if data == _KEEPALIVE and self._conversation.has_ike:
            self._findings.read[IKE] += len(data)
            return True
        if (self._conversation.is_esp or self._conversation.has_ike) and self._is_esp(data):
            direction = self._begin("ESP")
            direction.agreed = True
            if not direction.repeats(data):
                self._read_esp(direction, data, origin)
            self._findings.read[ESP] += len(data)
            return True
        if self._direction:
            self._direction.problem("a datagram in an IPsec flow that is neither IKEv2 nor ESP")
        return False

    def _begin(self, name: str) -> EncryptedDirection:
        self._findings.identify_as(name, encrypts=True)
        if self._direction is None:
            self._direction = EncryptedDirection(self._findings, (), "IPsec")
        return self._direction

    def _read_esp(self, direction: EncryptedDirection, data: bytes, origin: Origin) -> None:
        payload, begins = data[_HEADER_LENGTH:], origin.after(_HEADER_LENGTH)
        spi = data[:_SPI]
        if spi not in self._noted:
            self._noted.add(spi)
            add_number(self._findings, (ESP,), _SPIS, spi, origin)
        direction.read_ciphertext(payload, begins, _IV)
        if self._trailers.add(int.from_bytes(data[:4]), data):
            direction.problem("ESP with the NULL cipher")
            read_plaintext(self._findings, (ESP,), payload, begins)

    def _read_ike(self, direction: EncryptedDirection, message: bytes, origin: Origin) -> None:
        try:
            direction.agreed |= read_message(self._findings, (IKE,), direction, message, origin)
        except TruncatedError:
            direction.problem("a malformed IKEv2 message")

    def _is_esp(self, data: bytes) -> bool:
        """Whether it is well-formed, and its number follows those before."""
        if len(data) < _SHORTEST or len(data) % _ALIGNED_TO:
            return False
        spi, number = int.from_bytes(data[:4]), int.from_bytes(data[4:_HEADER_LENGTH])
        if spi not in self._spis and len(self._spis) < _MAX_SPIS:
            self._spis.add(spi)
        return spi >= _LOWEST_SPI and spi in self._spis and self._counters.fits(spi, number)

    def close(self) -> None:
        """The direction has ended."""
        if self._direction:
            self._direction.close()
