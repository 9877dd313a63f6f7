from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import cramjam
import lz4.frame  # type: ignore[import-untyped]  # it publishes no types
import pytest
import zstandard

from capture.lz_string import lz_string
from capture.lzw import compressed
from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import hashes, in_json, zipped
from overheard.words.options import Limits
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.decoders.compression.content_codings import CONTENT_CODINGS
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import LZSTRING
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

# Without entropy coding, letters would stay what they are unless they were there before.
TEXT = hashes(704, 4711) + b" Fluffy ta-" * 50 + VALUE + b" and some more of it"
DEFLATED = zlib.compress(TEXT)[2:-4]
WHOLE = {
    b"gzip": gzip.compress(TEXT),
    b"deflate": zlib.compress(TEXT),
    b"br": brotli.compress(TEXT),
    b"zstd": zstandard.compress(TEXT),
    b"compress": compressed(TEXT),
    b"bzip2": bz2.compress(TEXT),
    b"xz": lzma.compress(TEXT),
    b"lz4": lz4.frame.compress(TEXT),
    b"snappy": bytes(cramjam.snappy.compress_raw(TEXT)),
    b"x-snappy-framed": bytes(cramjam.snappy.compress(TEXT)),
}
LAYER = {b"deflate": "zlib", b"x-snappy-framed": "snappy"}
# They end where the content ends.
ENDLESS = {b"compress", b"x-snappy-framed"}
MANY = 200 << 20


@pytest.mark.parametrize("coding", WHOLE)
def test_each_coding_is_decoded(coding: bytes) -> None:
    findings = played(decompressing(CONTENT_CODINGS[coding], untyped, untyped), WHOLE[coding])
    assert seen(findings) == {(LAYER.get(coding, coding.decode()),)}
    assert not findings.unread


@for_each(coding=WHOLE, size=[1, 7, 100, 333])
def test_it_does_not_matter_how_it_is_cut(coding: bytes, size: int) -> None:
    whole = WHOLE[coding]
    factory = decompressing(CONTENT_CODINGS[coding], untyped, untyped)
    assert outcome(played(factory, whole, range(0, len(whole), size))) == outcome(played(factory, whole))


def test_deflate_may_lack_its_zlib_header() -> None:
    """Many servers leave it out, and browsers accept both."""
    findings = played(decompressing(CONTENT_CODINGS[b"deflate"], untyped, untyped), DEFLATED)
    assert seen(findings) == {("deflate",)}
    assert not findings.unread


def test_the_place_is_the_frame_that_completed_it() -> None:
    """In the middle of a long gzip file, the frame is not the first one."""
    whole = gzip.compress(TEXT)
    (found,) = played(untyped, whole).sightings
    before = zlib.decompressobj(31).decompress(whole[: 100 * (found.place.frame - 1)])
    until = zlib.decompressobj(31).decompress(whole[: 100 * found.place.frame])
    assert len(before) <= found.position < len(until)
    assert found.position == TEXT.index(VALUE)


@pytest.mark.parametrize(
    ("coding", "padding"),
    [(b"gzip", b""), (b"gzip", bytes(512)), (b"zstd", b""), (b"bzip2", b""), (b"xz", bytes(4)), (b"lz4", b"")],
)
def test_several_files_may_be_concatenated(coding: bytes, padding: bytes) -> None:
    nothing = {
        b"gzip": gzip.compress(b"nothing"),
        b"zstd": zstandard.compress(b"nothing"),
        b"bzip2": bz2.compress(b"nothing"),
        b"xz": lzma.compress(b"nothing"),
        b"lz4": lz4.frame.compress(b"nothing"),
    }
    findings = played(
        decompressing(CONTENT_CODINGS[coding], untyped, untyped), nothing[coding] * 3 + WHOLE[coding] + padding
    )
    assert seen(findings) == {(coding.decode(),)}
    assert not findings.unread


@pytest.mark.parametrize("coding", [coding for coding in WHOLE if coding not in ENDLESS])
def test_bytes_after_the_end_are_read(coding: bytes) -> None:
    following = zlib.compress(b"this is " + VALUE + b" once more")
    findings = played(decompressing(CONTENT_CODINGS[coding], untyped, untyped), WHOLE[coding] + following)
    assert seen(findings) == {(LAYER.get(coding, coding.decode()),), ("zlib",)}
    assert not findings.unread


@pytest.mark.parametrize("coding", [coding for coding in WHOLE if coding not in ENDLESS])
def test_truncated_content_is_damaged(coding: bytes) -> None:
    findings = played(decompressing(CONTENT_CODINGS[coding], untyped, untyped), WHOLE[coding][:-5])
    assert [each.why for each in findings.unread] == [Reason.DAMAGED]


def test_content_before_the_damage_is_read() -> None:
    """A wrong byte directly after the secret hides nothing of it."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    whole = compressor.compress(b"this is " + VALUE) + compressor.flush(zlib.Z_FULL_FLUSH)
    # This block type does not exist.
    findings = played(decompressing(CONTENT_CODINGS[b"gzip"], untyped, untyped), whole + b"\x07 and so on")
    assert seen(findings) == {("gzip",)}
    assert [each.why for each in findings.unread] == [Reason.DAMAGED]


def test_other_content_is_damaged_and_read_as_what_it_is() -> None:
    body = in_json(b"here is " + VALUE)
    findings = played(decompressing(CONTENT_CODINGS[b"gzip"], untyped, untyped), body)
    assert ("base64",) in seen(findings)
    assert [each.why for each in findings.unread] == [Reason.DAMAGED]


@pytest.mark.parametrize("coding", WHOLE)
def test_nothing_after_a_gap_can_be_read(coding: bytes) -> None:
    findings = played(decompressing(CONTENT_CODINGS[coding], untyped, untyped), WHOLE[coding], gap=(200, 250))
    assert not seen(findings)
    assert Reason.GAP in {each.why for each in findings.unread}


def zeros(coding: bytes, length: int) -> bytes:
    makers: dict[bytes, Callable[[bytes], bytes]] = {
        b"gzip": gzip.compress,
        b"zstd": zstandard.compress,
        b"bzip2": bz2.compress,
        b"br": lambda data: brotli.compress(data, quality=1),
        b"lz4": lz4.frame.compress,
    }
    return makers[coding](bytes(length))


@pytest.mark.slow
@pytest.mark.parametrize("coding", [b"gzip", b"br", b"zstd", b"bzip2", b"lz4"])
def test_a_bomb_is_bounded(coding: bytes) -> None:
    """A file that inflates to 200 MB is abandoned after a few megabytes."""
    findings = played(decompressing(CONTENT_CODINGS[coding], untyped, untyped), zeros(coding, MANY))
    assert Reason.LIMIT in {each.why for each in findings.unread}
    assert findings.budget.decompressed < 4 << 20


def test_highly_compressible_content_is_not_a_bomb() -> None:
    findings = played(untyped, gzip.compress(b"line after line\n" * 50_000 + VALUE))
    assert seen(findings) == {("gzip",)}
    assert not findings.unread


def test_many_small_bombs_are_limited_together() -> None:
    """Each of them is within the limit, all of them are not."""
    findings = some_findings()
    bomb = brotli.compress(bytes(900_000))
    for _ in range(60):
        played(decompressing(CONTENT_CODINGS[b"br"], untyped, untyped), bomb, findings=findings)
    assert findings.budget.decompressed < 20 << 20
    assert UnreadContent(Reason.LIMIT, "br data that exceeds the total decompression limit") in findings.unread


def test_a_bomb_of_many_files_is_bounded() -> None:
    one = zipped(bytes(900_000))
    findings = played(untyped, one[: one.index(b"PK\1\2")] * 100)
    assert findings.budget.decompressed < 40 << 20


def test_layers_are_removed_up_to_a_limit() -> None:
    """And reaching the limit is reported."""
    whole = VALUE
    for _ in range(4):
        whole = gzip.compress(whole)
    assert seen(played(untyped, whole, findings=some_findings(Limits(depth=4)))) == {("gzip",) * 4}
    findings = played(untyped, whole, findings=some_findings(Limits(depth=3)))
    assert not findings.sightings
    assert [each.why for each in findings.unread] == [Reason.LIMIT]


@pytest.mark.parametrize(("most", "clear_at"), [(9, 0), (12, 0), (16, 0), (16, 1000), (13, 8192)])
def test_codes_grow_and_tables_are_cleared(most: int, clear_at: int) -> None:
    text = b"".join(b"%d %s\n" % (at * at, hex(at * 7919).encode()) for at in range(9000)) + VALUE
    findings = played(untyped, compressed(text, most, clear_at))
    assert seen(findings) == {("compress",)}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("seekable", [True, False])
def test_zip_archives_are_read_from_the_front(method: int, seekable: bool) -> None:
    whole = zipped(TEXT, method, seekable=seekable)
    findings = played(untyped, whole)
    if seekable or method == zipfile.ZIP_DEFLATED:
        assert ("zip",) in seen(findings) or () in seen(findings)
        assert not findings.unread
    assert outcome(played(untyped, whole, range(0, len(whole), 31))) == outcome(findings)


def test_an_encrypted_file_in_an_archive_cannot_be_read() -> None:
    whole = bytearray(zipped(TEXT))
    whole[6] |= 1
    findings = played(untyped, bytes(whole))
    assert UnreadContent(Reason.OPAQUE, "an encrypted file in a zip archive") in findings.unread


def test_an_archive_is_read_on_after_a_gap() -> None:
    """The header gives the length of a file, so the next one is found."""
    whole = zipped(b"-" * 10 + TEXT, zipfile.ZIP_STORED).replace(b"another file ", VALUE[:13])
    findings = played(untyped, whole, gap=(60, 300))
    assert UnreadContent(Reason.GAP, "a zip archive with bytes missing") in findings.unread
    assert not any(each.why is Reason.DAMAGED for each in findings.unread)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 100, 5000, 1 << 20])
def test_results_before_the_memory_limit_are_kept(size: int) -> None:
    """However much follows, and however it is split."""
    # A frame with a window of 1 GiB (RFC 8878, 3.1.1.1.2).
    large = b"\x28\xb5\x2f\xfd\x00\xa0" + bytes(9000)
    whole = WHOLE[b"zstd"] + large
    findings = played(decompressing(CONTENT_CODINGS[b"zstd"], untyped, untyped), whole, range(0, len(whole), size))
    assert seen(findings) == {("zstd",)}
    assert UnreadContent(Reason.LIMIT, "zstd data that requires too much memory") in findings.unread


@for_each(size=[1, 3, 50, 5000], text=["", "ab" * 3000, "äöü€" * 50, "x" * 2000])
def test_lz_string_is_decompressed_however_it_is_cut(text: str, size: int) -> None:
    written = text + VALUE.decode() + TEXT.decode("latin-1")
    whole = lz_string(written)
    decompressor = LZSTRING.make()
    pieces = [decompressor.decompress(whole[at : at + size], 100) for at in range(0, len(whole), size)]
    while decompressor.has_pending_output:
        pieces.append(decompressor.decompress(b"", 100))
    assert b"".join(pieces) == written.encode()
    assert decompressor.eof


def test_what_is_no_lz_string_is_corrupt() -> None:
    with pytest.raises(CorruptError):
        LZSTRING.make().decompress(b"\x21\xbf\xff", 1 << 20)
