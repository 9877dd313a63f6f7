"""Fonts: OpenType (ISO/IEC 14496-22), WOFF and WOFF2 (W3C)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.formats import BROTLI, ZLIB
from overheard_capture.decoders.media.container import Kind, part
from overheard_capture.decoders.signatures import WOFF_MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Part, Walked

# Their tables are of a known structure, or programs for the outlines.
_TABLES = {
    *(b"OS/2", b"cmap", b"cvt ", b"fpgm", b"gasp", b"glyf", b"head", b"hhea", b"hmtx", b"kern", b"loca", b"maxp"),
    *(b"name", b"post", b"prep", b"CFF ", b"CFF2", b"VORG", b"EBDT", b"EBLC", b"EBSC", b"BASE", b"GDEF", b"GPOS"),
    *(b"GSUB", b"JSTF", b"MATH", b"DSIG", b"LTSH", b"PCLT", b"VDMX", b"hdmx", b"vhea", b"vmtx", b"COLR", b"CPAL"),
    *(b"CBDT", b"CBLC", b"STAT", b"HVAR", b"MVAR", b"VVAR", b"avar", b"cvar", b"fvar", b"gvar", b"FFTM", b"sbix"),
}
_ENTRY = struct.Struct(">4s4I")


def is_opentype(head: bytes) -> bool:
    """Whether the directory begins with a table of a known name."""
    return 0 < int.from_bytes(head[4:6]) < 64 and head[12:16] in _TABLES


def opentype(data: bytes) -> Walked:
    """Walk over the tables."""
    end = 12 + 16 * int.from_bytes(data[4:6])
    for at in range(12, min(end, len(data) - 15), 16):
        name, start, size = data[at : at + 4], *struct.unpack(">2I", data[at + 8 : at + 16])
        yield part(Kind.RAW if name in _TABLES else Kind.CONTENT, start, start + size)
        end = max(end, start + size)
    yield end + -end % 4


def is_woff(head: bytes) -> bool:
    """Whether a font follows: there are tables, and a reserved field is empty."""
    return len(head) >= 48 and head[12:14] != b"\0\0" and head[14:16] == b"\0\0"


def woff(data: bytes) -> Walked:
    """Walk over the tables, each of which is compressed, and over the metadata."""
    end = 44 + 20 * int.from_bytes(data[12:14])
    for at in range(44, min(end, len(data) - 19), 20):
        name, start, size, original, _ = _ENTRY.unpack_from(data, at)
        packed = size < original
        if name in _TABLES:
            yield part(Kind.DEFLATED if packed else Kind.RAW, start, start + size)
        else:
            yield part(Kind.CONTENT, start, start + size, ZLIB if packed else None)
        end = max(end, start + size)
    yield from _blocks(data, 24)
    yield min(int.from_bytes(data[8:12]), len(data))


def woff2(data: bytes) -> Walked:
    """Walk over the tables, which are compressed together, and over the metadata."""
    size = int.from_bytes(data[20:24])
    # The directory has no fixed length; the data ends before the metadata, or at the end.
    if size:
        yield part(Kind.COMPRESSED, 48, int.from_bytes(data[28:32]) or len(data))
    yield from _blocks(data, 28)
    yield min(int.from_bytes(data[8:12]), len(data))


def _blocks(data: bytes, at: int) -> Iterator[Part]:
    """The extended metadata, which is compressed, and the private block."""
    start, size, _, private, length = struct.unpack_from(">5I", data, at)
    if size:
        yield part(Kind.CONTENT, start, start + size, ZLIB if data[:4] == WOFF_MAGIC else BROTLI)
    if length:
        yield part(Kind.CONTENT, private, private + length)
