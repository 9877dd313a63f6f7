"""Formats of blocks: LZ4, Snappy and LZF, in all their containers."""

from __future__ import annotations

import gzip
import itertools
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING

import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import lz4.frame  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.lzf import lzf_block, lzf_chunks
from capture.played import VALUE, outcome, played, seen
from capture.wrapped import in_json, noise, words
from capture.xca import huffman_lz77, lznt1, plain_lz77
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.compression.content_codings import CONTENT_CODINGS
from overheard_capture.decoders.compression.deflate import CorruptError, Decompressor
from overheard_capture.decoders.compression.lz4 import Lz4Block, SizedLz4
from overheard_capture.decoders.compression.lzf import LzfBlock
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.compression.snappy import Snappy
from overheard_capture.decoders.compression.xca import Lznt1, PlainLz77
from overheard_capture.decoders.compression.xca_huffman import HuffmanLz77
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings

# The blocks are larger than the distance of any copy, and one of them cannot be compressed.
LINES = b"".join(b"%d acorns for %d others\n" % (at, at * at) for at in range(2200)) + words(9000)
TEXT = LINES + LINES + b"Fluffy ta; " * 50 + VALUE + b" and so on"


def lz4_block(data: bytes) -> bytes:
    block: bytes = lz4.block.compress(data, store_size=False)
    return block


def legacy(data: bytes) -> bytes:
    blocks = [lz4.block.compress(data[at : at + 100_000], store_size=False) for at in range(0, len(data), 100_000)]
    return b"\x02\x21\x4c\x18" + b"".join(len(block).to_bytes(4, "little") + block for block in blocks)


def mozilla(data: bytes) -> bytes:
    block: bytes = lz4.block.compress(data)
    return b"mozLz40\0" + block


def xerial(data: bytes, size: int = 32_768) -> bytes:
    """As snappy-java writes it."""
    blocks = [bytes(cramjam.snappy.compress_raw(data[at : at + size])) for at in range(0, len(data), size)]
    return b"\x82SNAPPY\0\0\0\0\1\0\0\0\1" + b"".join(len(block).to_bytes(4, "big") + block for block in blocks)


CONTAINERS = {
    "a frame": ("lz4", lz4.frame.compress(TEXT)),
    "a frame with everything": (
        "lz4",
        lz4.frame.compress(TEXT, store_size=True, content_checksum=True, block_checksum=True),
    ),
    "a frame of independent blocks": ("lz4", lz4.frame.compress(TEXT, block_linked=False)),
    "a frame after a skippable one": (
        "lz4",
        lz4.frame.compress(b"") + b"\x5a\x2a\x4d\x18\3\0\0\0abc" + lz4.frame.compress(TEXT),
    ),
    "the first format of LZ4": ("lz4", legacy(TEXT)),
    "mozLz4": ("lz4", mozilla(TEXT)),
    "frames of Snappy": ("snappy", bytes(cramjam.snappy.compress(TEXT))),
    "Snappy of Java": ("snappy", xerial(TEXT)),
    "LZF": ("lzf", lzf_chunks(TEXT[-3000:])),
}


@cache
def found_in(name: str) -> Findings:
    """What is found in a container, once for all tests."""
    return played(untyped, CONTAINERS[name][1])


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_known_by_its_first_bytes(name: str) -> None:
    layer, _ = CONTAINERS[name]
    findings = found_in(name)
    assert (layer,) in seen(findings)
    assert not findings.unread


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTAINERS)
def test_it_does_not_matter_how_it_is_cut(name: str) -> None:
    data = CONTAINERS[name][1]
    whole = outcome(found_in(name))
    for size in (333, 5000):
        assert outcome(played(untyped, data, range(0, len(data), size))) == whole


@pytest.mark.parametrize("name", CONTAINERS)
def test_damage_is_reported(name: str) -> None:
    layer, data = CONTAINERS[name]
    for damaged in (data[: len(data) // 2], data[: len(data) // 2] + noise(len(data) // 2)):
        assert any(each.why is not Reason.LIMIT for each in played(untyped, damaged).unread), layer


@pytest.mark.parametrize("name", ["a frame", "the first format of LZ4", "frames of Snappy", "Snappy of Java"])
def test_it_is_found_in_other_bytes(name: str) -> None:
    """A message of a database, for example."""
    layer, data = CONTAINERS[name]
    assert (layer,) in seen(played(untyped, noise(100) + data + noise(300)))


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTAINERS)
def test_it_is_found_in_base64(name: str) -> None:
    layer, data = CONTAINERS[name]
    assert ("base64", layer) in seen(played(untyped, in_json(data)))


def test_what_is_skipped_in_frames_of_snappy_is_read() -> None:
    """Anything may be in there, but for padding."""
    data, skipped = bytes(cramjam.snappy.compress(b"acorns")), gzip.compress(TEXT)
    for kind in (0x80, 0xFD, 0xFE):
        findings = played(untyped, data + bytes([kind]) + len(skipped).to_bytes(3, "little") + skipped + data[10:])
        assert ("snappy", "gzip") in seen(findings)
        assert not findings.unread
    assert not played(untyped, data + b"\xfe\x64\0\0" + bytes(100)).unread
    assert played(untyped, data + b"\x81\x64\0\0" + noise(100)).unread


def test_letters_before_the_damage_are_read() -> None:
    text = b"acorns " * 9 + VALUE[:9] + b"; " + VALUE
    block = lz4.block.compress(text, store_size=False)
    # A copy from before the beginning.
    wrong = b"\x04\x22\x4d\x18\x60\x70\x73" + (len(block) + 4).to_bytes(4, "little") + block + b"\x10x\xff\xff"
    findings = played(decompressing(CONTENT_CODINGS[b"lz4"], untyped, untyped), wrong)
    assert ("lz4",) in seen(findings)
    assert [each.why for each in findings.unread] == [Reason.DAMAGED]


# ---- blocks


def whole(decompressor: Decompressor, data: bytes, size: int) -> bytes:
    """What data decompresses to, fed in pieces of this size, with little output at a time."""
    out = b""
    for at in range(0, len(data), size):
        out += decompressor.decompress(data[at : at + size], 7)
        while decompressor.has_pending_output:
            out += decompressor.decompress(b"", 7)
    return out


@given(st.lists(st.sampled_from([b"a", b"bc", b"acorn", bytes(300), noise(70)]), max_size=30), st.integers(1, 50))
def test_blocks_of_any_bytes_are_decompressed(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    makers: list[tuple[Decompressor, bytes]] = [
        (Lz4Block(), lz4.block.compress(data, store_size=False)),
        (SizedLz4(), lz4.block.compress(data)),
        (Snappy(), bytes(cramjam.snappy.compress_raw(data))),
        (LzfBlock(len(data)), lzf_block(data)),
        (PlainLz77(len(data)), plain_lz77(data)),
        (Lznt1(len(data)), lznt1(data)),
        (HuffmanLz77(len(data)), huffman_lz77(data)),
    ]
    for decompressor, packed in makers:
        assert whole(decompressor, packed, size) == data
        assert decompressor.eof or not decompressor.has_end_marker


def damaged(data: bytes, places: dict[int, int]) -> bytes:
    out = bytearray(data)
    for at, byte in places.items():
        out[at % len(out)] = byte
    return bytes(out)


def result(make: Callable[[], Decompressor], data: bytes, step: int) -> tuple[bytes, bool, bool]:
    """What it decompresses to, whether it is malformed, and whether it may end there."""
    decompressor, out = make(), b""
    try:
        for at in range(0, len(data), step):
            out += decompressor.decompress(data[at : at + step], 1 << 12)
            while decompressor.has_pending_output:
                out += decompressor.decompress(b"", 1 << 12)
    except CorruptError:
        return out, True, False
    return out, False, decompressor.eof or not decompressor.has_end_marker


@pytest.mark.parametrize("name", ["lz4", "snappy", "lzf"])
@given(st.dictionaries(st.integers(0, 3000), st.integers(0, 255), max_size=3), st.binary(max_size=300))
def test_compiled_or_not_the_result_is_the_same(name: str, places: dict[int, int], more: bytes) -> None:
    text = LINES[:3000] + more + LINES[90:900]
    makers: dict[str, tuple[Callable[[], Decompressor], bytes]] = {
        "lz4": (Lz4Block, lz4_block(text)),
        "snappy": (Snappy, bytes(cramjam.snappy.compress_raw(text))),
        "lzf": (partial(LzfBlock, len(text)), lzf_block(text)),
    }
    make, packed = makers[name]
    data = damaged(packed, places)
    with pytest.MonkeyPatch.context() as patch:
        found = result(make, data, 4096)
        patch.setattr("overheard_capture.decoders.compression.lz77.core", lambda: None)
        assert result(make, data, 4096) == found
        # In smaller pieces there is more output before what is malformed.
        out, *rest = result(make, data, 100)
        assert rest == list(found[1:])
        assert out.startswith(found[0])


@given(st.binary(max_size=200))
def test_any_bytes_are_no_fault(data: bytes) -> None:
    for decompressor, start in itertools.product((Lz4Block, SizedLz4, Snappy, LzfBlock, PlainLz77), (b"", data[:5])):
        try:
            whole(decompressor(), start + data, 9)
        except CorruptError:
            continue


@pytest.mark.slow
def test_many_literals_take_linear_time() -> None:
    """A length of many bytes, all of them sent one by one."""
    data = b"\xf0" + b"\xff" * 60_000 + b"\0"
    assert whole(Lz4Block(), data, 1) == b""


@given(st.binary(max_size=400), st.integers(1, 400))
def test_any_bytes_with_huffman_codes_are_no_fault(data: bytes, size: int) -> None:
    """After a table in which the codes are complete."""
    for table in (b"\x99" * 256, data[:256].ljust(256, b"\x99")):
        with suppress(CorruptError):
            assert len(whole(HuffmanLz77(1000), table + data, size)) <= 1000
