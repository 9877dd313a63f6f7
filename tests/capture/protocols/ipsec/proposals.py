"""What an initiator of IKEv2 proposes."""

from __future__ import annotations

import struct


def proposal(cipher: int = 20) -> bytes:
    """AES-GCM (or another cipher) with 256 bits, a PRF, and Curve25519."""
    transforms = [struct.pack(">BBHH", 1, 0, cipher, 0x800E) + b"\1\0", struct.pack(">BBH", 2, 0, 5)]
    transforms.append(struct.pack(">BBH", 4, 0, 31))
    last = len(transforms) - 1
    body = b"".join(
        struct.pack(">BBH", 0 if at == last else 3, 0, 4 + len(each)) + each for at, each in enumerate(transforms)
    )
    return struct.pack(">BBHBBBB", 0, 0, 8 + len(body), 1, 1, 0, len(transforms)) + body
