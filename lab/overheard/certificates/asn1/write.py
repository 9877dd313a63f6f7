"""One element of DER (X.690, 8.1), written."""

from __future__ import annotations

CONSTRUCTED = 0x20


def element(tag: int, *parts: bytes) -> bytes:
    """The element with these parts as its content; `tag` is its whole first octet."""
    content = b"".join(parts)
    return bytes([tag]) + length(len(content)) + content


def length(size: int) -> bytes:
    """A length, as short as possible (X.690, 10.1)."""
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x80 | len(octets)]) + octets
