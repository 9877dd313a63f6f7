"""Bytes in regular expressions, of `re` and of Hyperscan."""

from __future__ import annotations

from functools import lru_cache

# Bytes are written as they are, which compiles faster, except for those with a special meaning, and NUL, which ends an
# expression for Hyperscan.
_LITERALS = tuple(
    b"\\x00" if byte == 0 else b"\\%c" % byte if byte in rb"\.^$*+?()[]{}|-" else bytes([byte]) for byte in range(256)
)


def literal(text: bytes) -> bytes:
    """These bytes and nothing else."""
    return b"".join([_LITERALS[byte] for byte in text])


@lru_cache(1024)
def byte_set(among: bytes) -> bytes:
    """A set of these bytes, which are sorted: consecutive ones as a range."""
    ranges: list[list[int]] = []
    for byte in among:
        if ranges and ranges[-1][1] == byte - 1:
            ranges[-1][1] = byte
        else:
            ranges.append([byte, byte])
    written = (
        _LITERALS[first] + b"-" + _LITERALS[last] if last > first + 1 else literal(bytes(range(first, last + 1)))
        for first, last in ranges
    )
    return b"[%b]" % b"".join(written)
