"""Initial keys (RFC 9001, 5.2). Any observer can derive them from the packet, so they provide no confidentiality."""

from __future__ import annotations

import hashlib
import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.quic.packets import VERSION_1, VERSION_2

if TYPE_CHECKING:
    from overheard_capture.protocols.quic.packets import QuicPacket

# RFC 9001, 5.2; RFC 9369, 3.3.1.
_SALTS = {
    VERSION_1: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
    VERSION_2: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
}
_LABELS = {VERSION_1: b"quic ", VERSION_2: b"quicv2 "}
_SAMPLE = 16


class DecryptedPacket(NamedTuple):
    """The plaintext of a packet, its sender (`client` or `server`), and the end of its number."""

    payload: bytes
    sender: str
    number: bytes


class InitialKeys:
    """The keys of both sides, derived from the Destination Connection ID of the client's first packet."""

    def __init__(self, version: int, destination_id: bytes) -> None:
        self.version = version
        self.destination_id = destination_id
        self._secret = hmac.digest(_SALTS[version], destination_id, "sha256")

    @cached_property
    def client(self) -> _PacketKeys:
        """The keys with which the client sends."""
        return _PacketKeys.of(_expand_label(self._secret, b"client in", 32), _LABELS[self.version])

    @cached_property
    def server(self) -> _PacketKeys:
        """The keys with which the server sends."""
        return _PacketKeys.of(_expand_label(self._secret, b"server in", 32), _LABELS[self.version])

    def decrypt(self, data: memoryview, packet: QuicPacket) -> DecryptedPacket | None:
        """Decrypt a packet; None if these are not its keys."""
        if packet.version != self.version:
            return None
        for sender, keys in (("client", self.client), ("server", self.server)):
            if (decrypted := keys.decrypt(data, packet)) is not None:
                payload, number = decrypted
                return DecryptedPacket(payload, sender, number)
        return None


class _PacketKeys(NamedTuple):
    key: bytes
    iv: bytes
    hp: bytes

    @classmethod
    def of(cls, secret: bytes, label: bytes) -> _PacketKeys:
        return cls(
            *(_expand_label(secret, label + name, size) for name, size in ((b"key", 16), (b"iv", 12), (b"hp", 16)))
        )

    def decrypt(self, data: memoryview, packet: QuicPacket) -> tuple[bytes, bytes] | None:
        """Remove header protection, and decrypt: the payload and the number; None if the tag is wrong (RFC 9001, 5)."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (its import takes time)
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        mask = self._mask(bytes(data[packet.number + 4 : packet.number + 4 + _SAMPLE]))
        header = bytearray(data[packet.start : packet.number + 4])
        header[0] ^= mask[0] & 0x0F
        size = (header[0] & 3) + 1
        at = packet.number - packet.start
        for index in range(size):
            header[at + index] ^= mask[1 + index]
        del header[at + size :]
        nonce = int.from_bytes(self.iv, "big") ^ int.from_bytes(header[at:], "big")
        try:
            ciphertext = bytes(data[packet.number + size : packet.end])
            return AESGCM(self.key).decrypt(nonce.to_bytes(12, "big"), ciphertext, bytes(header)), bytes(header[at:])
        except InvalidTag:
            return None

    def _mask(self, sample: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

        return Cipher(algorithms.AES(self.hp), modes.ECB()).encryptor().update(sample)  # noqa: S305  (RFC 9001, 5.4.3)


def _expand_label(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, 7.1), for outputs of at most one hash length."""
    name = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0\1"
    return hmac.digest(secret, info, hashlib.sha256)[:size]
