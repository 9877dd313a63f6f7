"""The mask that a WebSocket client puts over what it sends (RFC 6455, 5.3), taken off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# One number of this many bytes is masked at a time: the conversion costs as much as the masking.
_AT_ONCE = 16 << 10


def unmasked(data: Bytes, key: bytes, phase: int = 0) -> bytes:
    """`data` without its mask, where `phase` bytes came before it."""
    phase %= len(key)
    turned = key[phase:] + key[:phase]
    if len(data) <= _AT_ONCE:
        return _xored(data, turned * (len(data) // 4 + 1))
    mask = turned * (_AT_ONCE // 4)
    return b"".join(_xored(data[at : at + _AT_ONCE], mask) for at in range(0, len(data), _AT_ONCE))


def _xored(data: Bytes, mask: bytes) -> bytes:
    length = len(data)
    number = int.from_bytes(data, "little") ^ int.from_bytes(mask[:length], "little")
    return number.to_bytes(length, "little")
