"""Hostile files: the same small one, or the beginning of one, again and again."""

from __future__ import annotations

import pickle
from collections.abc import Callable

from hostile_wire import post


def _repeated(unit: bytes) -> Callable[[int], bytes]:
    return lambda size: post((unit * (size // len(unit) + 1))[:size], "Content-Type: application/octet-stream")


def _texts_in_a_pickle(size: int) -> bytes:
    """A pickle of as many texts as it may have to be read."""
    return post(pickle.dumps([str(number) for number in range(min(size // 10, 30_000))]), "Content-Type: a/b")


FILE_ROWS: dict[str, Callable[[int], bytes]] = {
    "PDF objects": _repeated(b"%PDF-1.4\n1 0 obj<</Length 3>>stream\nabc\nendstream\nendobj\n"),
    "CBOR in CBOR": _repeated(b"\x81"),
    "MessagePack in MessagePack": _repeated(b"\x91"),
    "BER in BER": _repeated(b"\x30\x80"),
    "PNG signatures": _repeated(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "zip heads": _repeated(b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(20)),
    "zlib heads": _repeated(b"\x78\x9c\x03"),
    "gzip heads": _repeated(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
    "xz heads": _repeated(b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F"),
    "bzip2 heads": _repeated(b"BZh91AY&SY"),
    "LZ4 heads": _repeated(b"\2\x21\x4c\x18"),
    "fields of Redis": _repeated(b"\xfa\x09redis-ver"),
    "PNG images": _repeated(b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82"),
    "JPEG images": _repeated(b"\xff\xd8\xff\xfe\0\3x\xff\xd9"),
    "GIF images": _repeated(b"GIF89a\1\0\1\0\0\0\0;"),
    "WebP images": _repeated(b"RIFF\4\0\0\0WEBP"),
    "tags of MP3": _repeated(b"ID3\3\0\0\0\0\0\0"),
    "heads of FLAC": _repeated(b"fLaC\x80\0\0\0"),
    "sequences of DER": _repeated(b"\x30\3\2\1\1"),
    "pickles": _repeated(b"\x80\4\x8c\1a."),
    "texts in a pickle": _texts_in_a_pickle,
}
