"""ClickHouse's native protocol: it is read like anything unknown, and besides that its compressed blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.decoders.carving import Carvable, CarvedReader
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import LZ4_CLICKHOUSE
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.compression.stores import CLICKHOUSE_METHOD, ClickHouseBlock
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader

# Both sides begin with the kind of their message, 0, and a name after its length.
NAME = b"ClickHouse"
_HEAD = 64


def _block(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    try:
        ClickHouseBlock().decompress(head, 1 << 12)
    except CorruptError:
        return None
    return decompressing((LZ4_CLICKHOUSE,), reader, rest)


_BLOCKS = Carvable(LiteralSet(CLICKHOUSE_METHOD), _block, _HEAD)


def clickhouse(findings: Findings, layers: Layers) -> Reader:
    """Create a reader of one direction."""
    findings.identify_as(NAME.decode())
    return CarvedReader(findings, layers, Fallback, untyped, _BLOCKS)
