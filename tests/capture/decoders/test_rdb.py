"""Database files of Redis, and what DUMP, RESTORE and a replication carry."""

from __future__ import annotations

import base64
import gzip

import pytest

from capture.lzf import lzf_block
from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.content.findings import Reason
from overheard_capture.identify.byte_streams import stream

TEXT = b"".join(b"%d acorns for Fluffy ta%d; " % (at, at * at) for at in range(80)) + VALUE + b" and so on; " * 3


def length_of(number: int) -> bytes:
    if number < 64:
        return bytes([number])
    return (0x4000 | number).to_bytes(2, "big") if number < 1 << 14 else b"\x80" + number.to_bytes(4, "big")


def string(data: bytes) -> bytes:
    """A string as RDB has it, compressed if that makes it shorter."""
    packed = lzf_block(data)
    if len(data) > 20 and len(packed) < len(data):
        return b"\xc3" + length_of(len(packed)) + length_of(len(data)) + packed
    return length_of(len(data)) + data


def database(value: bytes = TEXT) -> bytes:
    fields = b"\xfa" + string(b"redis-ver") + string(b"7.0.15") + b"\xfa" + string(b"redis-bits") + b"\xc0\x40"
    integers = b"\x0b" + string(b"seeds") + string(b"\2\0\0\0\3\0\0\0\1\0\2\0\3\0")
    return (
        b"REDIS0010"
        + fields
        + b"\xfe\0\xfb\2\0"
        + integers
        + b"\0"
        + string(b"nest")
        + string(value)
        + b"\xff"
        + noise(8)
    )


def bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


SERIALIZED = b"\0" + string(TEXT) + b"\x0a\0" + noise(8)
SENT = {
    "a file": (database(), ("lzf",)),
    "a replication": (
        b"+FULLRESYNC " + b"4711" * 10 + b" 0\r\n$%d\r\n" % len(database()) + database(),
        ("RESP", "lzf"),
    ),
    "a replication without a length": (
        b"+FULLRESYNC " + b"4711" * 10 + b" 0\r\n$EOF:" + b"a0" * 20 + b"\r\n" + database() + b"a0" * 20,
        ("lzf",),
    ),
    "DUMP": (bulk(SERIALIZED), ("RESP", "lzf")),
    "RESTORE": (b"*4\r\n" + bulk(b"RESTORE") + bulk(b"nest") + bulk(b"0") + bulk(SERIALIZED), ("RESP", "lzf")),
    "a file in a file": (gzip.compress(database()), ("gzip", "lzf")),
}


@pytest.mark.parametrize("name", SENT)
def test_compressed_strings_are_read(name: str) -> None:
    data, layers = SENT[name]
    findings = played(stream, data)
    assert layers in seen(findings)
    # The rest is binary, and not read.
    assert Reason.OPAQUE in {each.why for each in findings.unread}
    assert outcome(played(stream, data, range(0, len(data), 61))) == outcome(findings)


@pytest.mark.parametrize("name", SENT)
def test_what_is_damaged_is_unread(name: str) -> None:
    data = SENT[name][0]
    for begin in range(150, len(data) - 50, 97):
        findings = played(stream, data[:begin] + noise(40, begin) + data[begin + 40 :])
        assert findings.sightings or findings.unread


def test_text_like_the_beginning_of_a_file_is_text() -> None:
    findings = played(stream, b"REDIS0010 " + base64.b64encode(b"here is " + VALUE) + "\n\N{CHESTNUT}".encode())
    assert ("base64",) in seen(findings)
    assert not findings.unread


def test_long_strings_are_read() -> None:
    assert ("lzf",) in seen(played(stream, database(TEXT * 30)))


def test_letters_like_the_mark_of_a_string_are_text() -> None:
    """The first byte of a letter with an accent is that of a compressed string."""
    findings = played(stream, b"+OK\r\n" + bulk("Nüsse für die Eichhörnchen à la carte ".encode() * 30))
    assert not findings.unread
    assert not findings.sightings


@pytest.mark.slow
def test_a_string_that_claims_to_be_long_is_bounded() -> None:
    """Copies that repeat one byte."""
    bomb = b"\xc3\x80\0\xff\xff\xff\x80\xff\xff\xff\xff\0a" + b"\xe0\xff\0" * 10_000
    findings = played(stream, database() + bomb)
    assert findings.budget.decompressed < 10 << 20
    assert ("lzf",) in seen(findings)
