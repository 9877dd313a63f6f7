"""Numbers that are assigned in TLS (https://www.iana.org/assignments/tls-parameters), and in drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

# GREASE (RFC 8701, 2): two equal bytes, whose lower halves are ten.
GREASE = frozenset(range(0x0A0A, 0x10000, 0x1010))
# With old numbers of NSS, GOST and SSL 3.0 for export.
SUITES = GREASE | {
    *range(0x47), *range(0x60, 0x6E), *range(0x84, 0xC8), 0xFF, *range(0x1301, 0x1308), 0x5600, *range(0xC001, 0xC0B6),
    *range(0xC100, 0xC107), *range(0xCC13, 0xCC16), *range(0xCCA8, 0xCCAF), *range(0xD001, 0xD006), 0xFEFE, 0xFEFF,
    0xFFE0, 0xFFE1, 0xFF85, 0xFF87,
}  # fmt: skip
# With those of drafts that browsers had: Kyber, CECPQ2 and X25519 with both.
GROUPS = GREASE | {
    *range(1, 42), *range(256, 261), *range(512, 515), *range(4587, 4591), 0x4138, 0x4139, 0x6399, 0x639A,
    *range(0xFE30, 0xFE33), 0xFF01, 0xFF02,
}  # fmt: skip
# A hash and an algorithm (RFC 5246, 7.4.1.4.1), and those of one number each.
SIGNATURES = GREASE | {
    *(hashed << 8 | signed for hashed in range(7) for signed in range(4)), *range(0x704, 0x710), *range(0x804, 0x80C),
    *range(0x81A, 0x81D), 0x840, 0x841, *range(0x904, 0x907), *range(0x911, 0x91D), 0xEDED, 0xEEEE, 0xEFEF,
}  # fmt: skip
# With the drafts of TLS 1.3, and those of Facebook and Google.
VERSIONS = GREASE | {
    *range(0x300, 0x305), 0xFEFF, 0xFEFD, 0xFEFC, *range(0x7F0E, 0x7F1D), 0x7E01, 0x7E02, 0xFB17, 0xFB1A,
}  # fmt: skip


def are_assigned(codes: bytes, assigned: Container[int]) -> bool:
    """Whether these are numbers of two bytes that are assigned, each of them once."""
    numbers = [int.from_bytes(codes[at : at + 2]) for at in range(0, len(codes), 2)]
    are_even = len(codes) % 2 == 0 and len(set(numbers)) == len(numbers)
    return are_even and all(number in assigned for number in numbers)
