"""Compression formats, one row each."""

from __future__ import annotations

from collections.abc import Callable

from overheard.words.layer import Layer, LayerKind
from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.inputs import ZSTD_MAGIC
from overheard_capture.decoders.compression.deflate import Decompressor, Deflate, Gzip, Zlib
from overheard_capture.decoders.compression.lz4 import Lz4Block, Lz4Frame, Lz4Legacy, MozillaLz4, SizedLz4
from overheard_capture.decoders.compression.lzf import Lzf, LzfString
from overheard_capture.decoders.compression.lzstring import LzString
from overheard_capture.decoders.compression.lzw import Lzw
from overheard_capture.decoders.compression.skippable import MAGICS as SKIPPABLE_MAGICS
from overheard_capture.decoders.compression.skippable import FrameOrSkippable
from overheard_capture.decoders.compression.smb2 import Smb2
from overheard_capture.decoders.compression.snappy import FramedSnappy, Snappy, XerialSnappy
from overheard_capture.decoders.compression.stores import CassandraLz4, ClickHouseBlock, KafkaRecords, OpCompressed
from overheard_capture.decoders.signatures import BZIP2_MAGIC, GZIP_MEMBER, LZ4_MAGIC, XZ_MAGIC


class CompressionFormat(NamedTuple):
    """A format: its layer and decompressor, the magics of a further member, and the padding between members."""

    layer: Layer
    make: Callable[[], Decompressor]
    member_magics: tuple[bytes, ...] = ()
    padding: bytes = b""


# ---- other libraries, imported on first use: most captures contain nothing that needs them


def _brotli() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import Brotli  # noqa: PLC0415

    return Brotli()


def _zstd() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import zstd  # noqa: PLC0415

    return FrameOrSkippable(zstd)


def _bzip2() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import bzip2  # noqa: PLC0415

    return bzip2()


def _xz() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import xz  # noqa: PLC0415

    return xz()


def _lzma() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import lzma_alone  # noqa: PLC0415

    return lzma_alone()


def _zip_lzma() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import ZipLzma  # noqa: PLC0415

    return ZipLzma()


# ---- the formats


def _layer(code: str) -> Layer:
    return Layer(code, LayerKind.COMPRESSION)


GZIP = CompressionFormat(_layer("gzip"), Gzip, (GZIP_MEMBER,), b"\0")
ZLIB = CompressionFormat(_layer("zlib"), Zlib)
DEFLATE = CompressionFormat(_layer("deflate"), Deflate)
LZSTRING = CompressionFormat(_layer("lz-string"), LzString)
BROTLI = CompressionFormat(_layer("br"), _brotli)
ZSTD = CompressionFormat(_layer("zstd"), _zstd, (ZSTD_MAGIC, *SKIPPABLE_MAGICS))
COMPRESS = CompressionFormat(_layer("compress"), Lzw)
BZIP2 = CompressionFormat(_layer("bzip2"), _bzip2, (BZIP2_MAGIC,))
XZ = CompressionFormat(_layer("xz"), _xz, (XZ_MAGIC,), b"\0")
LZMA = CompressionFormat(_layer("lzma"), _lzma)
ZIP_LZMA = CompressionFormat(_layer("lzma"), _zip_lzma)
# LZ4 has the same skippable frames as zstd.
LZ4 = CompressionFormat(_layer("lz4"), lambda: FrameOrSkippable(Lz4Frame), (LZ4_MAGIC, *SKIPPABLE_MAGICS))
LZ4_LEGACY = CompressionFormat(_layer("lz4"), Lz4Legacy)
LZ4_BLOCK = CompressionFormat(_layer("lz4"), Lz4Block)
LZ4_SIZED = CompressionFormat(_layer("lz4"), SizedLz4)
LZ4_CASSANDRA = CompressionFormat(_layer("lz4"), CassandraLz4)
LZ4_CLICKHOUSE = CompressionFormat(_layer("lz4"), ClickHouseBlock)
LZ4_MOZILLA = CompressionFormat(_layer("lz4"), MozillaLz4)
SNAPPY = CompressionFormat(_layer("snappy"), Snappy)
SNAPPY_FRAMED = CompressionFormat(_layer("snappy"), FramedSnappy)
SNAPPY_XERIAL = CompressionFormat(_layer("snappy"), XerialSnappy)
LZF = CompressionFormat(_layer("lzf"), Lzf)
LZF_STRING = CompressionFormat(_layer("lzf"), LzfString)
# Messages of protocols, which say how they are compressed.
MONGODB = CompressionFormat(_layer("OP_COMPRESSED"), OpCompressed)
KAFKA = CompressionFormat(_layer("Kafka"), KafkaRecords)
SMB2 = CompressionFormat(_layer("SMB2 compression"), Smb2)
