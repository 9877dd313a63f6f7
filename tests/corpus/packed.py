"""Compression and archives, and a page long enough for compression to hide its words."""

from __future__ import annotations

import gzip
import io
import lzma
import subprocess
import tarfile
import zipfile
import zlib
from bz2 import compress as bzip2
from typing import TYPE_CHECKING

import brotli as brotli_library  # type: ignore[import-untyped]
import cramjam
import lz4.frame as lz4_frame  # type: ignore[import-untyped]  # it publishes no types
import zstandard

from corpus.case import FLUFFY
from corpus.scene import program

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PACKERS", "brotli", "bzip2", "deflate", "gz", "lzw", "page", "tar", "xz", "zipped", "zlibbed", "zstd"]


def page(said: str = FLUFFY, lines: int = 40) -> bytes:
    """Lines of prose, with `said` in the middle."""
    words = [
        f"<p>Squirrel {n} buried {n * 7 % 13} acorns and fluffed up a tail in the fall of {1900 + n}.</p>\n"
        for n in range(lines)
    ]
    words.insert(lines // 2, f"<p>The word is {said}, and nobody knows.</p>\n")
    return "".join(words).encode()


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zlibbed(data: bytes) -> bytes:
    return zlib.compress(data)


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def brotli(data: bytes) -> bytes:
    compressed: bytes = brotli_library.compress(data)
    return compressed


def zstd(data: bytes) -> bytes:
    return zstandard.compress(data)


def lz4(data: bytes) -> bytes:
    compressed: bytes = lz4_frame.compress(data)
    return compressed


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def lzw(data: bytes) -> bytes:
    """LZW, by the program `compress`, as no library has it any more."""
    return subprocess.run([program("compress"), "-c"], input=data, capture_output=True, check=True).stdout


def xz(data: bytes) -> bytes:
    return lzma.compress(data)


def zipped(name: str, data: bytes, *, stored: bool = False) -> bytes:
    """A zip archive with one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def tar(name: str, data: bytes) -> bytes:
    """A tar archive with one file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


# By layer.
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gz,
    "zlib": zlibbed,
    "deflate": deflate,
    "br": brotli,
    "zstd": zstd,
    "lz4": lz4,
    "snappy": snappy,
    "compress": lzw,
    "bzip2": bzip2,
    "xz": xz,
}


def packed(data: bytes, *layers: str) -> bytes:
    """Data under these layers, outermost first."""
    for layer in reversed(layers):
        data = PACKERS[layer](data)
    return data
