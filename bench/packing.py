"""Compression, archives and documents of the hunt."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

import brotli  # type: ignore[import-untyped]  # it publishes no types
import cramjam
import lz4.block  # type: ignore[import-untyped]
import lz4.frame  # type: ignore[import-untyped]
import zstandard

from nesting import Layer, MisfitError, Shape, table

_FILLER = "".join(f"{number} bottles of milk on the wall, and the cat looks at {number * 7}\n" for number in range(40))


def _more(data: bytes, chance: random.Random) -> bytes:
    """Text now and then with more of it, so that there is something to compress."""
    filler = chance.choice((b"", b"", _FILLER.encode()))
    # Nobody could tell where a block that has control codes, such as one of Snappy, begins behind other text.
    is_text = data.isascii() and not data.translate(None, bytes(range(32, 127)) + b"\t\r\n")
    return filler + data if is_text else data


def _gzip(data: bytes, chance: random.Random) -> bytes:
    return gzip.compress(
        _more(data, chance), compresslevel=chance.choice((0, 1, 6, 9)), mtime=chance.choice((0, 1 << 30))
    )


def _deflate(data: bytes, chance: random.Random) -> bytes:
    packer = zlib.compressobj(chance.choice((1, 6, 9)), zlib.DEFLATED, -15)
    return packer.compress(_more(data, chance)) + packer.flush()


def _zlib(data: bytes, chance: random.Random) -> bytes:
    return zlib.compress(_more(data, chance), chance.choice((1, 6, 9)))


def _length_prefixed(data: bytes, chance: random.Random) -> bytes:
    """As .NET, Qt and MySQL write it."""
    order, form = chance.choice((("<I", 15), (">I", 15), ("<I", 31)))
    return struct.pack(order, len(data)) + zlib.compress(data, wbits=form)


def _brotli(data: bytes, chance: random.Random) -> bytes:
    packed: bytes = brotli.compress(_more(data, chance), quality=chance.choice((1, 5, 11)))
    return packed


def _zstd(data: bytes, chance: random.Random) -> bytes:
    sized = chance.random() < 0.5
    return zstandard.ZstdCompressor(level=chance.choice((1, 3, 15)), write_content_size=sized).compress(
        _more(data, chance)
    )


def _lz4(data: bytes, chance: random.Random) -> bytes:
    packed: bytes = lz4.frame.compress(_more(data, chance))
    return packed


def _lz4_block(data: bytes, chance: random.Random) -> bytes:
    """After the length of its content, as Python's library has it."""
    packed: bytes = lz4.block.compress(_more(data, chance))
    return packed


def _zip(data: bytes, chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    how = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(buffer, "w", how) as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt", (2025, 1, 2, 3, 4, 6)), _FILLER, how)
        archive.writestr(zipfile.ZipInfo("word/document.xml", (2025, 1, 2, 3, 4, 6)), data, how)
    return buffer.getvalue()


def _tar(data: bytes, chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    kind = chance.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        entry = tarfile.TarInfo("note.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _pdf(data: bytes, _: random.Random) -> bytes:
    """A document whose one stream is compressed; the cross-reference table is where it says."""
    packed = zlib.compress(data)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    document, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    began = len(document)
    document += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(document) + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % began


def _png(data: bytes, chance: random.Random) -> bytes:
    """A picture of one pixel with a text (PNG, 11.3.4)."""
    plain = (b"tEXt", b"Comment\0" + data)
    packed = (b"zTXt", b"Comment\0\0" + zlib.compress(data))
    international = (b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(data))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chance.choice((plain, packed, international)),
        (b"IDAT", zlib.compress(b"\0\xff")),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(value)) + name + value + struct.pack(">I", zlib.crc32(name + value))
        for name, value in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _protobuf(data: bytes, _: random.Random) -> bytes:
    """A message with a number and two strings, one of them in a message of its own."""

    def string(number: int, value: bytes) -> bytes:
        size, rest = bytearray(), len(value)
        while rest > 127:
            size.append(rest & 127 | 128)
            rest >>= 7
        return b"%c%s%s" % (number << 3 | 2, bytes([*size, rest]), value)

    return b"\x08\x96\x01" + string(2, b"alice") + string(3, string(1, data))


def _msgpack(data: bytes, _: random.Random) -> bytes:
    if len(data) > 0xFFFF:
        raise MisfitError("more than a length of 16 bits can say")
    return b"\x82\xa4user\xa5alice\xa4note\xc5" + struct.pack(">H", len(data)) + data


PACKING = table(
    Layer("gzip", Shape.BINARY, Shape.BINARY, _gzip),
    Layer("zlib", Shape.BINARY, Shape.BINARY, _zlib),
    Layer("deflate", Shape.BINARY, Shape.BINARY, _deflate),
    Layer("length-prefixed", Shape.BINARY, Shape.BINARY, _length_prefixed),
    Layer("brotli", Shape.BINARY, Shape.BINARY, _brotli),
    Layer("zstd", Shape.BINARY, Shape.BINARY, _zstd),
    Layer("bzip2", Shape.BINARY, Shape.BINARY, lambda data, chance: bz2.compress(_more(data, chance))),
    Layer("xz", Shape.BINARY, Shape.BINARY, lambda data, chance: lzma.compress(_more(data, chance))),
    Layer(
        "lzma", Shape.BINARY, Shape.BINARY, lambda data, chance: lzma.compress(_more(data, chance), lzma.FORMAT_ALONE)
    ),
    Layer("lz4", Shape.BINARY, Shape.BINARY, _lz4),
    Layer("lz4-block", Shape.BINARY, Shape.BINARY, _lz4_block),
    Layer(
        "snappy", Shape.BINARY, Shape.BINARY, lambda data, chance: bytes(cramjam.snappy.compress(_more(data, chance)))
    ),
    Layer(
        "snappy-block",
        Shape.BINARY,
        Shape.BINARY,
        lambda data, chance: bytes(cramjam.snappy.compress_raw(_more(data, chance))),
    ),
    Layer("zip", Shape.BINARY, Shape.BINARY, _zip),
    Layer("tar", Shape.BINARY, Shape.BINARY, _tar),
    Layer("pdf", Shape.BINARY, Shape.BINARY, _pdf),
    Layer("png", Shape.EIGHT_BIT, Shape.BINARY, _png),
    Layer("protobuf", Shape.BINARY, Shape.BINARY, _protobuf),
    Layer("msgpack", Shape.BINARY, Shape.BINARY, _msgpack),
)
