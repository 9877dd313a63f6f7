"""Encoders of codings that a mark begins, and readings of what does."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

from capture.played import outcome, played
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings


def readings(text: bytes, before: bytes) -> Iterator[Findings]:
    """The findings of a text, by itself and among others, which are the same however it is cut."""
    for whole in (text, before + text + b" and that.\n"):
        findings = played(untyped, whole)
        for size in (1, 11, 100):
            assert outcome(played(untyped, whole, range(0, len(whole), size))) == outcome(findings), size
        yield findings


def uuencoded(data: bytes, *, backtick: bool = False) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45], backtick=backtick) for at in range(0, len(data), 45)]
    return b"begin 644 a file.gz\n" + b"".join(lines) + (b"`" if backtick else b" ") + b"\nend\n"


def patch(data: bytes) -> bytes:
    """As Git writes it, of a new file."""
    packed = zlib.compress(data)
    out = b"GIT binary patch\nliteral %d\n" % len(data)
    for at in range(0, len(packed), 52):
        line = packed[at : at + 52]
        letter = len(line) + (64 if len(line) <= 26 else 70)
        out += bytes([letter]) + base64.b85encode(line, pad=True) + b"\n"
    return out + b"\nliteral 0\nHcmV?d00001\n\n"


def yenc(data: bytes) -> bytes:
    out = bytearray()
    lines = []
    for byte in data:
        coded = (byte + 42) % 256
        out += bytes([61, (coded + 64) % 256]) if coded in (0, 10, 13, 61) else bytes([coded])
        if len(out) >= 128:
            lines.append(bytes(out))
            out.clear()
    lines.append(bytes(out))
    return b"=ybegin line=128 size=%d name=a.gz\r\n" % len(data) + b"\r\n".join(lines) + b"\r\n=yend size=1\r\n"
