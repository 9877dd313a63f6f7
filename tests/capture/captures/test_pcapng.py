"""pcapng: files of dumpcap, editcap and mergecap, and damage at every byte."""

from __future__ import annotations

import itertools
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.captures.compare import assert_as_tshark_reads, prefixes
from capture.frames import ETHERNET, RAW, File, option
from overheard.words.errors import UnreadableError
from overheard_capture.captures.capture_format import NonPacketBlocks
from overheard_capture.captures.pcapng import Pcapng
from overheard_capture.captures.reader import read

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings


def sample(order: str = "<") -> File:
    """A file with a block of each type, and three packets."""
    file = File().section(order).interface(ETHERNET, 262_144)
    file.packet(b"first", ticks=1_500_000).simple(b"second!").block(0x80000BEE, b"somebody's own")
    return file.packet(b"third", ticks=2_000_000, original=9).statistics(interface_drops=2, system_drops=3)


# ---- files of real programs


@pytest.mark.parametrize("name", ["http", "https", "snapped", "flooded"])
def test_files_of_dumpcap_are_read_as_tshark_reads_them(recordings: Recordings, name: str) -> None:
    capture = assert_as_tshark_reads(recordings.path(name))
    assert capture.frames
    assert capture.damage == ""
    assert (capture.dropped == 0) == (name != "flooded")


def test_a_frame_is_truncated_by_the_snap_length(recordings: Recordings) -> None:
    assert any(frame.cut_short for frame in read(recordings.path("snapped")).frames)
    assert not any(frame.cut_short for frame in read(recordings.path("http")).frames)


def test_files_of_editcap_are_read(recordings: Recordings, tmp_path: Path) -> None:
    """It writes no statistics, so drops are unknown."""
    copy = tmp_path / "copy.pcapng"
    subprocess.run(["editcap", "-s", "80", recordings.path("http"), copy], check=True)
    capture = assert_as_tshark_reads(copy)
    assert max(len(frame.data) for frame in capture.frames) == 80


def test_nanoseconds_of_editcap_are_read(recordings: Recordings, tmp_path: Path) -> None:
    nano = tmp_path / "nano.pcap"
    subprocess.run(["editcap", "-F", "nsecpcap", "-t", "0.000000123", recordings.path("http"), nano], check=True)
    back = tmp_path / "back.pcapng"
    subprocess.run(["editcap", "-F", "pcapng", nano, back], check=True)
    assert_as_tshark_reads(back)


def test_files_of_mergecap_are_read(recordings: Recordings, tmp_path: Path) -> None:
    """Several interfaces, one per file."""
    merged = tmp_path / "merged.pcapng"
    subprocess.run(
        ["mergecap", "-I", "none", "-w", merged, recordings.path("http"), recordings.path("https")], check=True
    )
    capture = assert_as_tshark_reads(merged)
    parts = (read(recordings.path(name)).frames for name in ("http", "https"))
    assert sorted(frame.data for frame in capture.frames) == sorted(
        frame.data for frame in itertools.chain.from_iterable(parts)
    )


def test_keys_that_editcap_injects_are_skipped(recordings: Recordings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pcapng"
    subprocess.run(
        ["editcap", "--inject-secrets", f"tls,{recordings.keys}", recordings.path("https"), copy], check=True
    )
    assert [frame.data for frame in assert_as_tshark_reads(copy).frames] == [
        frame.data for frame in read(recordings.path("https")).frames
    ]


# ---- files that no available program writes


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(tmp_path: Path, order: str) -> None:
    path = sample(order).write(tmp_path / "sample.pcapng")
    capture = assert_as_tshark_reads(path)
    assert [frame.data for frame in capture.frames] == [b"first", b"second!", b"third"]
    assert [frame.cut_short for frame in capture.frames] == [False, False, True]
    assert [frame.number for frame in capture.frames] == [1, 2, 3]
    assert [frame.time for frame in capture.frames] == [1.5, 0.0, 2.0]
    assert (capture.dropped, capture.damage) == (5, "")


def test_a_section_may_differ_in_byte_order_from_the_previous_one(tmp_path: Path) -> None:
    path = tmp_path / "two.pcapng"
    path.write_bytes(sample("<").content + sample(">").content)
    capture = read(path)
    assert [frame.data for frame in capture.frames] == [b"first", b"second!", b"third"] * 2
    assert (capture.dropped, capture.damage) == (10, "")


def test_a_simple_packet_is_truncated_by_the_snap_length_of_its_interface(tmp_path: Path) -> None:
    path = File().section().interface(snap_length=4).simple(b"1234", original=100).write(tmp_path / "cut.pcapng")
    (frame,) = read(path).frames
    assert (frame.data, frame.original_length, frame.cut_short) == (b"1234", 100, True)


@pytest.mark.parametrize(
    ("resolution", "ticks"), [(b"\x09", 1_700_000_000_123_456_789), (b"\x03", 1_700_000_000_123), (b"\x94", 1 << 30)]
)
def test_each_timestamp_resolution_is_read(tmp_path: Path, resolution: bytes, ticks: int) -> None:
    """Powers of ten and of two (0x94: 2^-20)."""
    file = File().section().interface(options=option(9, resolution) + option(0, b""))
    path = file.packet(b"data", ticks=ticks).write(tmp_path / "time.pcapng")
    assert_as_tshark_reads(path)


def test_frames_have_the_link_type_of_their_interface(tmp_path: Path) -> None:
    file = File().section().interface(ETHERNET).interface(RAW)
    path = file.packet(b"a").packet(b"b", interface=1).write(tmp_path / "two.pcapng")
    assert [frame.link_type for frame in read(path).frames] == [ETHERNET, RAW]


def test_an_obsolete_packet_block_is_read(tmp_path: Path) -> None:
    file = File().section().interface(RAW)
    head = struct.pack("<HHIIII", 0, 0xFFFF, 0, 1_500_000, 4, 9)
    path = file.block(2, head + b"data").write(tmp_path / "old.pcapng")
    capture = assert_as_tshark_reads(path)
    (frame,) = capture.frames
    assert (frame.data, frame.time, frame.link_type, frame.cut_short) == (b"data", 1.5, RAW, True)
    assert capture.dropped is None


def test_timestamps_may_have_an_offset(tmp_path: Path) -> None:
    file = File().section().interface(options=option(14, struct.pack("<q", 1_700_000_000)) + option(0, b""))
    path = file.packet(b"data", ticks=1_500_000).write(tmp_path / "offset.pcapng")
    assert [frame.time for frame in assert_as_tshark_reads(path).frames] == [1_700_000_001.5]


# ---- drops


def test_drops_are_known_if_every_interface_reports_them(tmp_path: Path) -> None:
    file = File().section().interface().interface().statistics(0, interface_drops=1).statistics(1, system_drops=2)
    assert read(file.write(tmp_path / "drops.pcapng")).dropped == 3


def test_the_last_count_is_the_total(tmp_path: Path) -> None:
    file = File().section().interface().statistics(interface_drops=1).packet(b"a").statistics(interface_drops=4)
    assert read(file.write(tmp_path / "drops.pcapng")).dropped == 4


def test_drop_counts_of_packets_are_added(tmp_path: Path) -> None:
    """Whatever the statistics contain."""
    head = struct.pack("<IIIII", 0, 0, 0, 3, 3)
    file = File().section().interface().block(6, head + b"abc\0" + option(4, struct.pack("<Q", 7)) + option(0, b""))
    assert read(file.write(tmp_path / "lost.pcapng")).dropped == 7
    assert read(file.statistics(interface_drops=0).write(tmp_path / "lost.pcapng")).dropped == 7
    assert (
        read(File().section().interface().block(2, bytes(2) + b"\x02\0" + bytes(16)).write(tmp_path / "x")).dropped == 2
    )


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(File().section().interface(), id="no statistics"),
        pytest.param(File().section().interface().statistics(), id="statistics without drops"),
        pytest.param(File().section().interface().interface().statistics(0, interface_drops=0), id="of one of two"),
        pytest.param(File().section(), id="no interface"),
        pytest.param(
            File().section().interface().statistics(interface_drops=0).section().interface().packet(b"a"),
            id="of one of two sections",
        ),
        pytest.param(File().section().interface().statistics(3, interface_drops=0), id="of a missing interface"),
    ],
)
def test_drops_that_are_not_reported_are_unknown(tmp_path: Path, file: File) -> None:
    """Unknown is not the same as none."""
    assert read(file.write(tmp_path / "drops.pcapng")).dropped is None


# ---- damage


@pytest.mark.slow
def test_a_truncated_file_is_read_up_to_there_and_the_damage_is_reported(tmp_path: Path) -> None:
    whole, path = sample().content, tmp_path / "cut.pcapng"
    borders = {0}
    while max(borders) < len(whole):
        borders.add(max(borders) + struct.unpack_from("<I", whole, max(borders) + 4)[0])
    frames = read(sample().write(path)).frames
    for size, capture in prefixes(whole, path):
        assert bool(capture.damage) == (size not in borders), size
        assert capture.frames == frames[: len(capture.frames)]
        assert capture.dropped is None


def test_a_truncated_recording_never_looks_complete(recordings: Recordings, tmp_path: Path) -> None:
    """Either the file is damaged, or drops are unknown."""
    whole, path = recordings.path("http").read_bytes(), tmp_path / "cut.pcapng"
    for size in range(4, len(whole), 7):
        path.write_bytes(whole[:size])
        capture = read(path)
        assert capture.damage or capture.dropped is None


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File().section().interface().block(6, bytes(8)), "is malformed"),
        (File().section().packet(b"of no interface"), "is malformed"),
        (File().section().simple(b"of no interface"), "is malformed"),
        (File().section().interface().packet(b"x", interface=1), "is malformed"),
        (File().section().interface().block(6, struct.pack("<IIIII", 0, 0, 0, 99, 99)), "is malformed"),
        (File().section().interface(options=option(9, b"")), "is malformed"),
        (File().section().interface().block(5, bytes(12) + option(5, bytes(4))), "is malformed"),
        (File().section().interface().block(2, struct.pack("<HHIIII", 0, 0, 0, 0, 99, 99)), "is malformed"),
        (File().section().interface(options=option(14, bytes(4))), "is malformed"),
        (File().section().block(10, struct.pack("<II", 0x544C534B, 99)), "is malformed"),
        (
            File(content=File().section().content + struct.pack("<III", 6, 1 << 31, 0)),
            "declares a length of 2,147,483,648",
        ),
        (File(content=File().section().content + struct.pack("<III", 1, 8, 8)), "declares a length of 8 bytes"),
        (File(content=File().section().content + struct.pack("<III", 1, 12, 16)), "has two different lengths"),
        (File(content=File().section().content + struct.pack("<IIII", 1, 13, 0, 13)), "declares a length of 13 bytes"),
        (File(content=struct.pack("<IIII", 0x0A0D0D0A, 16, 0, 16)), "no byte-order magic"),
    ],
)
def test_an_invalid_block_is_damage(tmp_path: Path, file: File, words: str) -> None:
    assert words in read(file.write(tmp_path / "damaged.pcapng")).damage


def test_a_file_that_is_not_pcapng_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(UnreadableError, match="cannot be read: No such file"):
        read(path)
    with pytest.raises(UnreadableError, match="cannot be read: Is a directory"):
        read(tmp_path)
    path.touch()
    with pytest.raises(UnreadableError, match="file is empty"):
        read(path)
    path.write_bytes(b"no capture at all")
    with pytest.raises(UnreadableError, match="is not a pcap or pcapng file"):
        read(path)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "scratch.pcapng"


@given(data=st.binary(max_size=300), headed=st.booleans())
def test_random_bytes_are_refused_or_damage(scratch: Path, data: bytes, headed: bool) -> None:
    scratch.write_bytes((File().section().interface().content if headed else b"") + data)
    try:
        capture = read(scratch)
    except UnreadableError:
        assert not headed
        return
    assert capture.damage or not data or headed


@given(at=st.integers(0, len(sample().content) - 1), value=st.integers(0, 255))
def test_a_changed_byte_never_raises_an_unexpected_error(scratch: Path, at: int, value: int) -> None:
    changed = bytearray(sample().content)
    changed[at] = value
    scratch.write_bytes(changed)
    try:
        read(scratch)
    except UnreadableError:
        assert at < 4


def test_packets_of_many_interfaces_are_read(tmp_path: Path) -> None:
    """The layout has the first interfaces alone: with all of them it would take time in the square of their number."""
    file = File().section("<")
    for number in range(100):
        file.interface(RAW if number == 90 else ETHERNET, 262_144)
    path = file.packet(b"of the first").packet(b"of the last", interface=90).write(tmp_path / "many.pcapng")
    assert [(frame.data, frame.link_type) for frame in read(path).frames] == [
        (b"of the first", ETHERNET),
        (b"of the last", RAW),
    ]
    reader = Pcapng(0, NonPacketBlocks())
    view = memoryview(path.read_bytes())
    at = 0
    while at < len(view):
        at, _ = reader.record(view, at, len(view))
    assert len(reader.layout.interfaces) < 100
