"""The keys of the first packets, which anybody can derive (RFC 9001, 5.2): they keep nothing secret."""

from __future__ import annotations

import hashlib
import hmac
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

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


class OpenedPacket(NamedTuple):
    """What a packet held, and who sent it: `client` or `server`."""

    payload: bytes
    sender: str


class InitialKeys:
    """The keys of both sides, from the ID that the client made up for the server."""

    def __init__(self, version: int, target: bytes) -> None:
        self.version = version
        self.target = target
        self._secret = hmac.digest(_SALTS[version], target, "sha256")

    @cached_property
    def client(self) -> _PacketKeys:
        """Those that the client sends with."""
        return _PacketKeys.of(_expanded(self._secret, b"client in", 32), _LABELS[self.version])

    @cached_property
    def server(self) -> _PacketKeys:
        """Those that the server sends with."""
        return _PacketKeys.of(_expanded(self._secret, b"server in", 32), _LABELS[self.version])

    def open(self, data: memoryview, packet: QuicPacket) -> OpenedPacket | None:
        """What a packet holds; None where these are not its keys."""
        if packet.version != self.version:
            return None
        for sender, keys in (("client", self.client), ("server", self.server)):
            if (payload := keys.open(data, packet)) is not None:
                return OpenedPacket(payload, sender)
        return None


class _PacketKeys(NamedTuple):
    key: bytes
    vector: bytes
    head: bytes

    @classmethod
    def of(cls, secret: bytes, label: bytes) -> _PacketKeys:
        return cls(*(_expanded(secret, label + name, size) for name, size in ((b"key", 16), (b"iv", 12), (b"hp", 16))))

    def open(self, data: memoryview, packet: QuicPacket) -> bytes | None:
        """Take off the protection of the head, and then that of the payload (RFC 9001, 5.4 and 5.3)."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (its import takes time)
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        mask = self._mask(bytes(data[packet.number + 4 : packet.number + 4 + _SAMPLE]))
        head = bytearray(data[packet.begins : packet.number + 4])
        head[0] ^= mask[0] & 0x0F
        size = (head[0] & 3) + 1
        at = packet.number - packet.begins
        for place in range(size):
            head[at + place] ^= mask[1 + place]
        del head[at + size :]
        nonce = int.from_bytes(self.vector, "big") ^ int.from_bytes(head[at:], "big")
        try:
            sealed = bytes(data[packet.number + size : packet.end])
            return AESGCM(self.key).decrypt(nonce.to_bytes(12, "big"), sealed, bytes(head))
        except InvalidTag:
            return None

    def _mask(self, sample: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

        return Cipher(algorithms.AES(self.head), modes.ECB()).encryptor().update(sample)  # noqa: S305  (RFC 9001, 5.4.3)


def _expanded(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, 7.1) of no more than one hash."""
    name = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0\1"
    return hmac.digest(secret, info, hashlib.sha256)[:size]
