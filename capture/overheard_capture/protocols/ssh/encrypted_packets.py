"""The packets of SSH after NEWKEYS: ciphertext, in which the length of each packet may be in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.untyped import TextReader

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.encrypted import EncryptedDirection
    from overheard_capture.protocols.ssh.algorithms import Agreement
    from overheard_capture.provenance.origin import Bytes, Origin

# So much is checked at once, together with the last bytes before it, in which text may have begun.
_PIECE, _OVERLAP = 16 << 10, 31
_LENGTH, _MAX_PACKET = 4, 256 << 10


class EncryptedPackets:
    """Checks the ciphertext of one direction. What anybody can read in it is read all the same."""

    def __init__(self, findings: Findings, layers: Layers, direction: EncryptedDirection, agreement: Agreement) -> None:
        self._direction = direction
        self._reader = TextReader(speculative(findings), layers)
        self._block, self._tag = agreement.block, agreement.tag
        self._pending = bytearray()
        self._overlap = b""
        # Of the packet that is read: its header so far, and how many bytes of it are to come.
        self._header = b""
        self._remaining = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._reader.feed(data, origin)
        for part in self._packets(bytes(data)) if self._block else (bytes(data),):
            self._pending += part
        while len(self._pending) >= _PIECE:
            self._check(bytes(self._pending[:_PIECE]))
            del self._pending[:_PIECE]

    def _packets(self, data: bytes) -> list[bytes]:
        """The contents of packets, without their lengths."""
        parts, at = [], 0
        while at < len(data):
            if self._remaining:
                parts.append(data[at : at + self._remaining])
                at += len(parts[-1])
                self._remaining -= len(parts[-1])
                continue
            needed = _LENGTH - len(self._header)
            self._header += data[at : at + needed]
            at += needed
            if len(self._header) == _LENGTH:
                self._begin(int.from_bytes(self._header, "big"))
                self._header = b""
        return parts

    def _begin(self, length: int) -> None:
        self._remaining = length + self._tag
        if not self._block <= length <= _MAX_PACKET or length % self._block:
            self._direction.problem("an encrypted SSH packet of an impossible length", Reason.DAMAGED)

    def _check(self, piece: bytes) -> None:
        self._direction.is_ciphertext(self._overlap + piece, len(self._overlap))
        self._overlap = piece[-_OVERLAP:]

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)
        # Where the next packet begins is unknown.
        self._block = 0

    def close(self) -> None:
        """The direction has ended."""
        self._reader.close()
        if self._pending:
            self._check(bytes(self._pending))
