"""ESP without encryption, made by hand."""

from __future__ import annotations

import random
import struct

RANDOM = random.Random(50)  # noqa: S311 - the same in each run
# An SPI and the first sequence number.
HEADER = struct.pack(">II", 0x1000, 1)


def null_esp(inside: bytes, protocol: int, *, icv: int = 16, iv: int = 0, padding: bytes | None = None) -> bytes:
    """A packet with the NULL cipher."""
    if padding is None:
        padding = bytes(range(1, 1 + (-2 - len(inside)) % 4))
    trailer = padding + bytes([len(padding), protocol])
    return HEADER + RANDOM.randbytes(iv) + inside + trailer + RANDOM.randbytes(icv)
