"""Compressed messages of databases, message queues and file servers, in streams that nobody can read as a whole."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING

import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import lz4.frame  # type: ignore[import-untyped]
import pytest
import zstandard

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from capture.xca import huffman_lz77, lznt1, plain_lz77
from overheard_capture.content.findings import Reason
from overheard_capture.identify.byte_streams import stream
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"".join(b"%d acorns for Fluffy ta%d; " % (at, at * at) for at in range(80)) + VALUE + b" and so on; " * 3


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def xerial(data: bytes) -> bytes:
    block = snappy(data)
    return b"\x82SNAPPY\0\0\0\0\1\0\0\0\1" + struct.pack(">I", len(block)) + block


def lz4_block(data: bytes) -> bytes:
    block: bytes = lz4.block.compress(data, store_size=False)
    return block


def varint(number: int) -> bytes:
    """A signed number, as in Kafka's records."""
    out, left = b"", number << 1
    while left >= 0x80:
        out, left = out + bytes([left & 0x7F | 0x80]), left >> 7
    return out + bytes([left])


def kafka(codec: int, compress: Callable[[bytes], bytes]) -> bytes:
    """A Produce request with one batch of records (KIP-98)."""
    record = b"\0\0\0\1" + varint(len(TEXT)) + TEXT + b"\0"
    records = compress(varint(len(record)) + record)
    body = struct.pack(">HiqqqHii", codec, 0, 1_700_000_000_000, 1_700_000_000_000, -1, 0xFFFF, -1, 1) + records
    batch = struct.pack(">qiibI", 0, len(body) + 9, -1, 2, zlib.crc32(body)) + body
    request = struct.pack(">hhih", 0, 7, 1, 3) + b"oak\xff\xff" + struct.pack(">hii", 1, 30_000, 1)
    request += b"\0\5trees" + struct.pack(">iii", 1, 0, len(batch)) + batch
    return struct.pack(">i", len(request)) + request


def mongodb(compressor: int, compress: Callable[[bytes], bytes]) -> bytes:
    """OP_COMPRESSED with an OP_MSG in it."""
    document = b"\2say\0" + struct.pack("<i", len(TEXT) + 1) + TEXT + b"\0\0"
    message = bytes(5) + struct.pack("<i", len(document) + 4) + document
    packed = compress(message)
    head = struct.pack("<iiii", 25 + len(packed), 4711, 0, 2012)
    return head + struct.pack("<iiB", 2013, len(message), compressor) + packed


def mysql(data: bytes) -> bytes:
    """A packet of the compressed protocol, with a query in it."""
    packet = (len(data) + 1).to_bytes(3, "little") + b"\0\3" + data
    packed = zlib.compress(packet)
    return len(packed).to_bytes(3, "little") + b"\0" + len(packet).to_bytes(3, "little") + packed


def smb2(algorithm: int, compress: Callable[[bytes], bytes]) -> bytes:
    """A message whose header is not compressed."""
    head, packed = b"\xfeSMB" + bytes(60), compress(TEXT)
    whole = b"\xfcSMB" + struct.pack("<IHHI", len(TEXT), algorithm, 0, len(head)) + head + packed
    return struct.pack(">I", len(whole)) + whole


def smb2_chain() -> bytes:
    """A header, letters that are repeated, and the rest."""
    head, packed = b"\xfeSMB" + bytes(60), plain_lz77(TEXT)
    whole = b"\xfcSMB" + struct.pack("<I", len(head) + 500 + len(TEXT))
    whole += struct.pack("<HHI", 0, 1, len(head)) + head
    whole += struct.pack("<HHIB3xI", 4, 0, 8, 97, 500)
    whole += struct.pack("<HHII", 2, 0, len(packed) + 4, len(TEXT)) + packed
    return struct.pack(">I", len(whole)) + whole


MESSAGES = {
    "Kafka, gzip": ("gzip", kafka(1, gzip.compress)),
    "Kafka, Snappy": ("Kafka", kafka(2, snappy)),
    "Kafka, Snappy of Java": ("snappy", kafka(2, xerial)),
    "Kafka, LZ4": ("lz4", kafka(3, lz4.frame.compress)),
    "Kafka, zstd": ("zstd", kafka(4, zstandard.compress)),
    "MongoDB, Snappy": ("OP_COMPRESSED", mongodb(1, snappy)),
    "MongoDB, zlib": ("OP_COMPRESSED", mongodb(2, zlib.compress)),
    "MongoDB, zstd": ("zstd", mongodb(3, zstandard.compress)),
    "MySQL": ("zlib", mysql(TEXT)),
    "SMB2, LZNT1": ("SMB2 compression", smb2(1, lznt1)),
    "SMB2, LZ77": ("SMB2 compression", smb2(2, plain_lz77)),
    "SMB2, LZ77 with Huffman codes": ("SMB2 compression", smb2(3, huffman_lz77)),
    "SMB2, LZ4": ("SMB2 compression", smb2(5, lz4_block)),
    "SMB2, a chain": ("SMB2 compression", smb2_chain()),
}


@for_each(name=MESSAGES)
def test_the_message_is_decompressed(name: str) -> None:
    layer, data = MESSAGES[name]
    whole = noise(300) + data + noise(200) + data
    findings = played(stream, whole)
    assert (layer,) in seen(findings)
    assert len([found for found in findings.sightings if found.layers]) >= 2
    assert outcome(played(stream, whole, range(0, len(whole), 61))) == outcome(findings)


@for_each(name=MESSAGES)
def test_a_damaged_message_is_unread(name: str) -> None:
    data = MESSAGES[name][1]
    for begin in range(20, len(data), 97):
        damaged = data[:begin] + noise(40, begin) + data[begin + 40 :]
        findings = played(stream, damaged)
        assert findings.sightings or Reason.OPAQUE in {each.why for each in findings.unread}


@pytest.mark.slow
def test_a_bomb_in_a_message_is_bounded() -> None:
    """A pattern that is repeated for gigabytes, and blocks that claim to be as long."""
    chain = b"\xfcSMB" + struct.pack("<I", 0xFF_FFFF) + struct.pack("<HHIB3xI", 4, 1, 8, 97, 0xFFFF_FFF0) * 9
    findings = played(
        stream, noise(100) + chain + noise(100) + b"\xdc\7\0\0\xdd\7\0\0" + bytes(4) + b"\1\xff\xff\xff\xff\7\0a"
    )
    assert findings.budget.decompressed < 4 << 20
