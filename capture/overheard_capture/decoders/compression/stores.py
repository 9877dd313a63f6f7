"""Compressed messages of stores: the fields of a protocol that tell how what follows them is compressed.

They are carved from streams that nobody can read as a whole, so they begin with a field that hardly occurs elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from overheard_capture.decoders.compression.blocks import Headed
from overheard_capture.decoders.compression.deflate import CorruptError, Zlib
from overheard_capture.decoders.compression.lz4 import Lz4Block
from overheard_capture.decoders.compression.snappy import Snappy
from overheard_capture.decoders.signatures import KAFKA_MAGIC, MONGODB_MAGICS

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.decoders.compression.deflate import Decompressor

# ClickHouse: the method of a block, LZ4. No block is longer than 1 GiB.
CLICKHOUSE_METHOD, _MAX_CLICKHOUSE = b"\x82", 1 << 30
# Cassandra: no message is longer than 256 MiB.
_MAX_CASSANDRA = 256 << 20


class OpCompressed(Headed):
    """MongoDB's message from the operation code on: that of the message inside, its length, and the compressor."""

    _COMPRESSORS: ClassVar[dict[int, Callable[[], Decompressor]]] = {1: Snappy, 2: Zlib}

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        if len(data) < 13:
            return None
        # What is not compressed is searched anyway, and Zstandard has a signature of its own.
        make = self._COMPRESSORS.get(data[12])
        if not data.startswith(MONGODB_MAGICS) or make is None:
            raise CorruptError
        return 13, make()


class KafkaRecords(Headed):
    """Kafka's records, from the number of the producer on, as a block of Snappy; other codecs have a signature."""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        begin = len(KAFKA_MAGIC) + 2
        if data[:begin][: len(KAFKA_MAGIC)] != KAFKA_MAGIC[: len(data)]:
            raise CorruptError
        return (begin, Snappy()) if len(data) > begin else None


class ClickHouseBlock(Headed):
    """A block after its checksum: the method, its length with this header, and its decompressed length."""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        if not data.startswith(CLICKHOUSE_METHOD):
            raise CorruptError
        if len(data) < 9:
            return None
        compressed, length = int.from_bytes(data[1:5], "little"), int.from_bytes(data[5:9], "little")
        if not 9 < compressed < _MAX_CLICKHOUSE or not 0 < length < _MAX_CLICKHOUSE:
            raise CorruptError
        return 9, Lz4Block(length)


class CassandraLz4(Headed):
    """The body of a message up to version 4: its decompressed length, and a block of LZ4."""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        if len(data) < 4:
            return None
        length = int.from_bytes(data[:4], "big")
        if length > _MAX_CASSANDRA:
            raise CorruptError
        return 4, Lz4Block(length)
