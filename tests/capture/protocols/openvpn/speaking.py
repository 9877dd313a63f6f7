"""OpenVPN, made by hand around TLS by OpenSSL: the packets of both sides, in order."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capture.talk import Parts

RANDOM = random.Random(1194)  # noqa: S311 - the same in each run
CLIENT, SERVER = RANDOM.randbytes(8), RANDOM.randbytes(8)
_RESET_CLIENT, _RESET_SERVER, _CONTROL, _ACK = 7, 8, 4, 5
_PIECE = 900
_TIME = 1_790_000_000


class Speaker:
    """One side. `wrapping` is the length of an HMAC, or `crypt`."""

    def __init__(self, own: bytes, other: bytes, wrapping: int | str = 0) -> None:
        self._own, self._other, self._wrapping = own, other, wrapping
        self._number = self._message = 0

    def reset(self, opcode: int, *, ids: bytes = b"") -> bytes:
        """A hard reset."""
        return self._wrapped(opcode, b"\0", with_message=True, own=ids)

    def control(self, payload: bytes, acknowledged: int = 0) -> bytes:
        """A piece of TLS."""
        return self._wrapped(_CONTROL, self._list(acknowledged), payload, with_message=True)

    def acknowledge(self, number: int) -> bytes:
        """An acknowledgement of one message."""
        return self._wrapped(_ACK, self._list(number))

    def _list(self, number: int) -> bytes:
        return b"\1" + number.to_bytes(4, "big") + self._other

    def _wrapped(
        self, opcode: int, acknowledged: bytes, payload: bytes = b"", *, with_message: bool = False, own: bytes = b""
    ) -> bytes:
        self._number += 1
        head = bytes([opcode << 3]) + (own or self._own)
        body = acknowledged + (self._message.to_bytes(4, "big") if with_message else b"") + payload
        self._message += with_message
        replay = struct.pack(">II", self._number, _TIME)
        if self._wrapping == "crypt":
            return head + replay + RANDOM.randbytes(32 + len(body))
        if isinstance(self._wrapping, int) and self._wrapping:
            return head + RANDOM.randbytes(self._wrapping) + replay + body
        return head + body


def encrypted_control(opcode: int, key: int, own: bytes, number: int, more: bytes = b"") -> bytes:
    """A control packet of a key, encrypted with tls-crypt or with a key of its own."""
    return bytes([opcode << 3 | key]) + own + struct.pack(">II", number, _TIME + 9) + RANDOM.randbytes(60) + more


def data(number: int, body: bytes | None = None) -> bytes:
    """A data packet with a number and a tag, as with AES-GCM."""
    return b"\x48\0\0\7" + number.to_bytes(4, "big") + (RANDOM.randbytes(90) if body is None else body)


def data_cbc(body: bytes | None = None) -> bytes:
    """A data packet with an HMAC and an IV."""
    return b"\x48\0\0\7" + RANDOM.randbytes(20 + 16) + (RANDOM.randbytes(96) if body is None else body)


def control_channel(tls: Parts, wrapping: int | str = 0) -> list[tuple[str, bytes]]:
    """Resets, and a TLS conversation in pieces."""
    speakers = {">": Speaker(CLIENT, SERVER, wrapping), "<": Speaker(SERVER, CLIENT, wrapping)}
    parts = [(">", speakers[">"].reset(_RESET_CLIENT)), ("<", speakers["<"].reset(_RESET_SERVER))]
    for side, part in tls:
        for at in range(0, len(part), _PIECE):
            parts.append((side, speakers[side].control(part[at : at + _PIECE])))
            other = "<" if side == ">" else ">"
            parts.append((other, speakers[other].acknowledge(at)))
    return parts


def with_lengths(parts: Parts) -> list[tuple[str, bytes]]:
    """The same over TCP."""
    return [(side, struct.pack(">H", len(part)) + part) for side, part in parts]
