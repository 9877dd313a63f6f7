"""Comments and extra fields of gzip, zip and zstd are content."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zipfile
import zlib

import pytest
from backports import zstd

from capture.played import VALUE, played
from overheard_capture.content.findings import Findings
from overheard_capture.decoders.untyped import untyped
from rows import for_each

RANDOM = random.Random(13)  # noqa: S311 - the same in each run
NOISE = RANDOM.randbytes(40)
HIDDEN = gzip.compress(VALUE, mtime=0)
TEXT = base64.b64encode(HIDDEN)
BODY = zlib.compress(b"hello", wbits=-15) + zlib.crc32(b"hello").to_bytes(4, "little") + (5).to_bytes(4, "little")


def read(data: bytes, size: int = 1 << 20) -> Findings:
    return played(untyped, data, range(0, len(data), size))


def gz(flags: int, fields: bytes) -> bytes:
    return b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + fields + BODY


def extra(content: bytes) -> bytes:
    return gz(4, len(content).to_bytes(2, "little") + content)


def archive(comment: bytes = b"", field: bytes = b"", of_file: bytes = b"", name: str = "a.txt") -> bytes:
    with zipfile.ZipFile(held := io.BytesIO(), "w") as zipped:
        entry = zipfile.ZipInfo(name)
        entry.extra, entry.comment = field, of_file
        zipped.writestr(entry, b"hello")
        zipped.comment = comment
    return held.getvalue()


def skippable(content: bytes) -> bytes:
    return zstd.compress(b"hello") + b"\x5a\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content


@for_each(
    size=[1 << 20, 1, 13],
    data=[
        extra(HIDDEN),
        extra(b"ab" + len(HIDDEN).to_bytes(2, "little") + HIDDEN),
        gz(8, TEXT + b"\0"),
        gz(16, TEXT + b"\0"),
        gz(24, b"name\0" + TEXT + b"\0"),
        gzip.compress(b"hello", mtime=0) + gz(16, TEXT + b"\0"),
        archive(comment=HIDDEN),
        archive(comment=zlib.compress(VALUE)),
        archive(field=b"ab" + len(HIDDEN).to_bytes(2, "little") + HIDDEN),
        archive(of_file=HIDDEN),
        archive(name=TEXT.decode()),
        skippable(HIDDEN),
        skippable(zlib.compress(VALUE)) + zstd.compress(b"again"),
    ],
)
def test_what_is_in_fields_is_found(data: bytes, size: int) -> None:
    assert read(data, size).sightings


@pytest.mark.parametrize("data", [extra(b"ab\x28\0" + NOISE), archive(comment=NOISE), skippable(NOISE)])
def test_fields_that_nobody_can_read_are_doubted(data: bytes) -> None:
    assert read(data).unread


@pytest.mark.parametrize(
    "data",
    [
        gz(8, b"a-long-name-of-an-ordinary-file.tar\0"),
        extra(b"BC\2\0\x1b\0"),
        archive(comment=b"made by a program on a Monday", field=b"UT\x05\0\1" + bytes(4)),
        archive(name="Grüße aus einem Ordner.txt"),
        skippable(b"\1\2\3\4"),
    ],
)
def test_ordinary_fields_are_no_reason(data: bytes) -> None:
    findings = read(data)
    assert (findings.unread, findings.sightings) == ({}, [])
