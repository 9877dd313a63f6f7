"""Masking of WebSocket payloads (RFC 6455, 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# The mask is applied to this many bytes at a time, as one integer: the conversion costs as much as the XOR.
_BLOCK = 16 << 10


def unmasked(data: Bytes, key: bytes, phase: int = 0) -> bytes:
    """Unmask `data`, which begins `phase` bytes into the payload."""
    phase %= len(key)
    rotated = key[phase:] + key[:phase]
    if len(data) <= _BLOCK:
        return _xor(data, rotated * (len(data) // 4 + 1))
    mask = rotated * (_BLOCK // 4)
    return b"".join(_xor(data[at : at + _BLOCK], mask) for at in range(0, len(data), _BLOCK))


def _xor(data: Bytes, mask: bytes) -> bytes:
    length = len(data)
    number = int.from_bytes(data, "little") ^ int.from_bytes(mask[:length], "little")
    return number.to_bytes(length, "little")
