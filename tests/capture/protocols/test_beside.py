"""Databases whose messages may be compressed: Cassandra, ClickHouse, and base backups of PostgreSQL."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.content.findings import Reason
from overheard_capture.identify.byte_streams import stream

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"".join(b"%d acorns for Fluffy ta%d; " % (at, at * at) for at in range(80)) + VALUE + b" and so on; " * 3


def lz4_block(data: bytes) -> bytes:
    block: bytes = lz4.block.compress(data, store_size=False)
    return block


def sized(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + lz4_block(data)


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


# ---- Cassandra

STARTUP = b"\0\2\0\x0bCQL_VERSION\0\0053.4.5\0\x0bCOMPRESSION\0\3lz4"
QUERY, RESULT = 7, 8


def message(version: int, operation: int, body: bytes, compress: Callable[[bytes], bytes] | None = None) -> bytes:
    body = compress(body) if compress else body
    return struct.pack(">BBHBI", version, compress is not None, 1, operation, len(body)) + body


def frame(body: bytes) -> bytes:
    """A frame of version 5, with a checksum that is computed as the specification has it."""
    packed = lz4_block(body)
    number = len(packed) | len(body) << 17 | 1 << 34
    crc, left = 0x875060, number
    for _ in range(5):
        crc ^= (left & 255) << 16
        left >>= 8
        for _ in range(8):
            crc <<= 1
            crc ^= 0x1974F0B if crc & 0x1000000 else 0
    return number.to_bytes(5, "little") + crc.to_bytes(3, "little") + packed + bytes(4)


CASSANDRA = {
    "version 4": message(4, 1, STARTUP) + message(4, QUERY, b"SELECT", sized) + message(4, QUERY, TEXT, sized),
    "an answer": message(0x84, 2, b"") + message(0x84, RESULT, TEXT, sized),
    "Snappy": message(3, 5, b"") + message(3, 1, STARTUP) + message(3, QUERY, TEXT, snappy),
    "version 5": message(5, 1, STARTUP) + frame(message(5, QUERY, b"SELECT")) + frame(message(5, QUERY, TEXT)),
    "an answer of version 5": message(0x85, 3, b"\0\4some") + frame(message(0x85, RESULT, TEXT)),
}

# ---- ClickHouse


def block(data: bytes) -> bytes:
    packed = lz4_block(data)
    return b"\2\0" + noise(16) + b"\x82" + struct.pack("<II", len(packed) + 9, len(data)) + packed


CLICKHOUSE = {
    "a client": b"\0\x11ClickHouse client\x15\x08\xb1\xa9\3\0\7default\0"
    + block(b"acorns")
    + block(TEXT)
    + block(TEXT),
    "a server": b"\0\x0aClickHouse\x15\x08\xb1\xa9\3" + block(TEXT),
}

# ---- PostgreSQL


def copy_data(kind: bytes, data: bytes) -> bytes:
    return b"d" + struct.pack(">I", len(data) + 5) + kind + data


def base_backup(data: bytes, size: int) -> bytes:
    """What a server sends that refuses to encrypt, and asks for no password."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    archive = copy_data(b"n", b"base.tar.gz\0\0") + b"".join(copy_data(b"d", piece) for piece in pieces)
    return b"NR\0\0\0\x08\0\0\0\0Z\0\0\0\5I" + archive + copy_data(b"n", b"oak.tar.gz\0\0") + b"c\0\0\0\4"


POSTGRESQL = {
    "an archive": base_backup(gzip.compress(noise(300).hex().encode() + TEXT), 100),
    "the second one": base_backup(b"acorns", 100) + base_backup(gzip.compress(TEXT), 30)[16:],
    "a tar archive": base_backup(noise(90) + VALUE + noise(90), 99),
}

SENT = {
    **{f"Cassandra, {name}": (data, "Cassandra") for name, data in CASSANDRA.items()},
    **{f"ClickHouse, {name}": (data, "lz4") for name, data in CLICKHOUSE.items()},
    **{f"PostgreSQL, {name}": (data, "CopyData") for name, data in POSTGRESQL.items()},
}


@pytest.mark.parametrize("name", SENT)
def test_what_is_compressed_is_read(name: str) -> None:
    data, layer = SENT[name]
    findings = played(stream, data)
    assert layer in {layers[0] for layers in seen(findings) if layers}
    assert Reason.OPAQUE in {each.why for each in findings.unread}
    assert findings.read.total() == len(data)
    assert list(findings.kinds)[-1] == name.split(",", maxsplit=1)[0]
    assert outcome(played(stream, data, range(0, len(data), 61))) == outcome(findings)


@pytest.mark.parametrize("name", SENT)
def test_what_is_damaged_is_unread(name: str) -> None:
    data = SENT[name][0]
    for begin in range(20, len(data) - 40, 97):
        findings = played(stream, data[:begin] + noise(40, begin) + data[begin + 40 :])
        assert findings.sightings or findings.unread


@pytest.mark.parametrize("name", SENT)
def test_it_is_accounted_for_with_gaps(name: str) -> None:
    data = SENT[name][0]
    for begin in range(30, len(data) - 40, 97):
        findings = played(stream, data, gap=(begin, begin + 20))
        assert findings.read.total() == len(data) - 20


def test_a_message_is_read_after_a_gap_within_another_one() -> None:
    opening = message(4, 1, STARTUP)
    data = opening + message(4, QUERY, b"acorns" * 20) + message(4, QUERY, TEXT, sized)
    assert ("Cassandra", "lz4") in seen(played(stream, data, gap=(len(opening) + 30, len(opening) + 50)))
