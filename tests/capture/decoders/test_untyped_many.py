"""Very many contents, one behind the other: none is read within the one before."""

from __future__ import annotations

import gzip
import lzma
import struct
import zlib

import pytest

from capture.played import VALUE, outcome, played, seen
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.carving import TOO_MANY
from overheard_capture.decoders.untyped import untyped

_EMPTY = zlib.compress(b"")[2:-4]
# A member whose size is behind it, and the end of an archive.
_MEMBER = b"PK\3\4" + struct.pack("<5H3I2H", 20, 8, 8, 0, 0, 0, 0, 0, 1, 0) + b"a"
_DESCRIPTOR, _END = b"PK\7\x08" + struct.pack("<3I", 0, len(_EMPTY), 0), b"PK\5\6" + bytes(18)
_LZ4 = b"\2\x21\x4c\x18"
_REDIS = b"\xfa\x09redis-ver\x057.0.1"


def zipped(content: bytes, before: int) -> bytes:
    """An archive of empty files, and of one with this content."""
    packed = zlib.compress(content)[2:-4]
    last = _MEMBER + packed + b"PK\7\x08" + struct.pack("<3I", zlib.crc32(content), len(packed), len(content))
    return (_MEMBER + _EMPTY + _DESCRIPTOR) * before + last + _END


@pytest.mark.parametrize(("before", "count"), [(b"", 600), (b"\xff\0 something \xff\0", 120)])
@pytest.mark.parametrize("each", [_LZ4, _REDIS, lzma.compress(b"") + zlib.compress(b"b" * 9)])
def test_contents_in_a_row_are_read_one_after_the_other(each: bytes, before: bytes, count: int) -> None:
    data = before + each * count + gzip.compress(b"it is " + VALUE, mtime=0)
    assert any("gzip" in layers for layers in seen(played(untyped, data)))


@pytest.mark.parametrize("size", [7, 1000])
def test_so_many_contents_in_a_row_are_read_in_any_pieces(size: int) -> None:
    data = (gzip.compress(b"one, " * 9, mtime=0) + zlib.compress(b"two, " * 9)) * 150 + gzip.compress(VALUE, mtime=0)
    findings = played(untyped, data)
    assert seen(findings) == {("gzip",)}
    assert TOO_MANY not in {each.what for each in findings.unread}
    assert outcome(played(untyped, data, range(0, len(data), size))) == outcome(findings)


@pytest.mark.parametrize("size", [1000, 24_000])
def test_more_contents_in_a_row_than_are_tried_are_a_reason(size: int) -> None:
    data = _LZ4 * 6000
    findings = played(untyped, data, range(0, len(data), size))
    assert Reason.LIMIT in {each.why for each in findings.unread if each.what == TOO_MANY}


def test_archives_of_very_many_files_may_be_nested() -> None:
    data = VALUE
    for _ in range(6):
        data = zipped(data, 70)
    findings = played(untyped, data)
    assert {len(layers) for layers in seen(findings)} == {6}
    assert not findings.unread
    assert outcome(played(untyped, data, range(0, len(data), 50))) == outcome(findings)


def test_a_database_ends_where_another_one_begins() -> None:
    data = (b"REDIS0011" + _REDIS + b"\xfe\0 and its values ") * 3 + VALUE
    findings = played(untyped, data)
    assert seen(findings) == seen(played(untyped, data, range(1, len(data), 3))) == {()}
