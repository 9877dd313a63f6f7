"""Classic pcap: files of editcap and text2pcap, and byte orders that these do not write."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.captures.classic import pcap
from capture.captures.compare import assert_as_tshark_reads, prefixes
from capture.frames import RAW
from overheard_capture.captures.reader import read

if TYPE_CHECKING:
    from pathlib import Path

MAGICS = {0xA1B2C3D4: 10**6, 0xA1B23C4D: 10**9, 0xA1B2CD34: 10**6}


@pytest.mark.parametrize("kind", ["pcap", "nsecpcap", "modpcap", "pcapng"])
def test_files_of_editcap_are_read_as_tshark_reads_them(wire: Path, tmp_path: Path, kind: str) -> None:
    """With nanoseconds, where the format has them; drop counts are unknown."""
    path = tmp_path / "copy"
    subprocess.run(["editcap", "-F", kind, "-s", "1000", wire / "near.pcapng", path], check=True)
    capture = assert_as_tshark_reads(path)
    assert any(frame.cut_short for frame in capture.frames)
    originals = read(wire / "near.pcapng").frames
    assert [frame.data for frame in capture.frames] == [frame.data[:1000] for frame in originals]
    assert (capture.dropped, capture.damage) == (None, "")


@pytest.mark.parametrize("link_type", [1, 12, 101, 113, 228])
def test_files_of_text2pcap_are_read(tmp_path: Path, link_type: int) -> None:
    text, path = tmp_path / "text", tmp_path / "made"
    text.write_text("0000 66 6c 75 66 66 79\n")
    subprocess.run(["text2pcap", "-q", "-F", "pcap", "-l", str(link_type), text, path], check=True, capture_output=True)
    (frame,) = read(path).frames
    # Raw IP is 12 on some systems, and 101 in files that libpcap writes.
    assert (frame.data, frame.link_type) == (b"fluffy", 101 if link_type == 12 else link_type)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", MAGICS)
def test_both_byte_orders_of_each_kind_are_read(tmp_path: Path, order: str, magic: int) -> None:
    path = tmp_path / "made"
    path.write_bytes(pcap(order, magic))
    capture = assert_as_tshark_reads(path)
    assert [frame.data for frame in capture.frames] == [b"first", b"", b"third"]
    assert [frame.cut_short for frame in capture.frames] == [False, False, True]
    ticks = MAGICS[magic]
    assert [frame.time for frame in capture.frames] == [1_700_000_000 + count / ticks for count in (1, 2, 500_000)]


def test_the_upper_bits_of_the_link_type_field_are_ignored(tmp_path: Path) -> None:
    """For example, a frame check sequence of 4 bytes."""
    path = tmp_path / "made"
    path.write_bytes(pcap(link_type=0x44000000 | RAW))
    assert {frame.link_type for frame in read(path).frames} == {RAW}


def test_a_truncated_file_is_read_up_to_there_and_the_damage_is_reported(tmp_path: Path) -> None:
    whole, path = pcap(), tmp_path / "cut"
    path.write_bytes(whole)
    frames, borders = read(path).frames, {24, 45, 61, 82}
    assert max(borders) == len(whole)
    for size, capture in prefixes(whole, path):
        assert bool(capture.damage) == (size not in borders), size
        assert capture.frames == frames[: len(capture.frames)]


def test_damage_is_reported_with_what_and_where(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    for size, words in (
        (20, "it is truncated inside the header of the file at byte 0"),
        (30, "it is truncated inside the header of a packet at byte 24"),
        (44, "it is truncated inside a packet at byte 24"),
    ):
        path.write_bytes(pcap()[:size])
        assert read(path).damage == words
    path.write_bytes(pcap()[:45] + struct.pack("<IIII", 0, 0, 2**31, 2**31))
    assert read(path).damage == "its packet at byte 45 declares a length of 2,147,483,648 bytes"
    assert len(read(path).frames) == 1


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "scratch"


@given(data=st.binary(max_size=200), order=st.sampled_from("<>"), magic=st.sampled_from([*MAGICS]))
def test_random_bytes_never_raise_an_unexpected_error(scratch: Path, data: bytes, order: str, magic: int) -> None:
    scratch.write_bytes(pcap(order, magic)[:24] + data)
    capture = read(scratch)
    assert capture.damage or sum(16 + len(frame.data) for frame in capture.frames) <= len(data)


@given(at=st.integers(24, len(pcap()) - 1), value=st.integers(0, 255))
def test_frames_before_a_changed_byte_are_read_unchanged(scratch: Path, at: int, value: int) -> None:
    scratch.write_bytes(pcap())
    before = read(scratch).frames
    changed = bytearray(pcap())
    changed[at] = value
    scratch.write_bytes(changed)
    untouched = sum(border <= at for border in (45, 61, 82))
    assert read(scratch).frames[:untouched] == before[:untouched]


def test_zeros_instead_of_a_packet_are_damage(tmp_path: Path) -> None:
    """Such is the rest of a file that was not written, and of a sparse one. An empty packet has a time."""
    path = tmp_path / "zeros"
    path.write_bytes(pcap("<", 0xA1B2C3D4) + bytes(64))
    capture = read(path)
    assert [frame.data for frame in capture.frames] == [b"first", b"", b"third"]
    assert "zeros instead of a packet" in capture.damage
