"""Cassandra's native protocol: compressed messages, and the frames of version 5 (`native_protocol_v5.spec`, 2)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.decoders.compression.formats import LZ4_BLOCK, LZ4_CASSANDRA, SNAPPY
from overheard_capture.decoders.compression.lz4 import Lz4Block
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.beside import MessagesBeside

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader

LAYER = Layer("Cassandra")
_COMPRESSED, _VERSION_5 = 0x01, 5
# The messages after which both sides send frames: STARTUP, and its answers, READY and AUTHENTICATE.
_OPENING = (1, 2, 3)
_MESSAGE_HEADER, _FRAME_HEADER, _FRAME_TRAILER = 9, 8, 4
# A frame has 17 bits for its length, and as many for the decompressed one.
_LENGTH_BITS = 17
_MAX_MESSAGE = 256 << 20


class CassandraReader(MessagesBeside):
    """Reads one direction."""

    # Whether frames follow, and whether they do after this message.
    _framed = _opening = False

    def _header_length(self, begin: bytes) -> int:  # noqa: ARG002 - it depends on the version alone
        return _FRAME_HEADER if self._framed else _MESSAGE_HEADER

    def _begin(self, header: bytes) -> int:
        if self._framed:
            return self._begin_frame(header)
        length = int.from_bytes(header[5:], "big")
        if header[0] & 0x7F not in (3, 4, _VERSION_5) or length > _MAX_MESSAGE:
            return -1
        self._opening = header[0] & 0x7F == _VERSION_5 and header[4] in _OPENING
        if header[1] & _COMPRESSED:
            self._read_as(decompressing((LZ4_CASSANDRA, SNAPPY), untyped, untyped))
        return length

    def _begin_frame(self, header: bytes) -> int:
        number = int.from_bytes(header[:5], "little")
        # Without compression headers are shorter, and everything is in clear.
        if _crc24(header[:5]) != int.from_bytes(header[5:], "little"):
            return -1
        mask = (1 << _LENGTH_BITS) - 1
        compressed, length = number & mask, number >> _LENGTH_BITS & mask
        if length:
            self._read_as(decompressing((LZ4_BLOCK._replace(make=partial(Lz4Block, length)),), untyped, untyped))
        return compressed + _FRAME_TRAILER

    def _read_as(self, reader: ReaderFactory) -> None:
        self._body = Content(self._findings, (*self._layers, LAYER), reader, SearchScope.NONE)

    def _end(self) -> None:
        if self._body is not None:
            self._body.close()
        self._body = None
        self._framed = self._framed or self._opening


def _crc24(data: bytes) -> int:
    """The checksum of a header (2.2)."""
    crc = 0x875060
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc >> 24:
                crc ^= 0x1974F0B
    return crc


def cassandra(findings: Findings, layers: Layers) -> Reader:
    """Create a reader of one direction."""
    findings.identify_as("Cassandra")
    return CassandraReader(findings, layers)
