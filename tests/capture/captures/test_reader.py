"""Reading several files: in chunks of any size, in order, and what is known of all of them."""

from __future__ import annotations

import os
import struct
import subprocess
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.captures.classic import pcap
from capture.frames import ETHERNET, RAW, File, option
from overheard.words.errors import UnreadableError
from overheard_capture.captures.capture_format import Interface, Layout
from overheard_capture.captures.inputs import open_input
from overheard_capture.captures.reader import CaptureReader, order_by_time, read
from overheard_capture.judge.api import judge

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame
    from overheard_capture.captures.inputs import Source

TLS_KEY_LOG = 0x544C534B


def section(order: str = "<", packets: int = 3, first: int = 0) -> File:
    file = File().section(order).interface(ETHERNET, 262_144)
    for number in range(first, first + packets):
        file.packet(f"{order} {number} ".encode() * (number % 4), ticks=number * 1_000_000, original=60)
    return file


def everything() -> bytes:
    """A file with a block of every type."""
    file = section("<").block(10, struct.pack("<II", TLS_KEY_LOG, 3) + b"key").block(4, bytes(4)).simple(b"simple")
    file.block(0x80000BEE, b"somebody's own").block(0xBAD, b"\0\0\0\1").statistics(interface_drops=1)
    return file.content + section(">", 4).statistics(interface_drops=2).content


def test_frames_are_numbered_across_all_files(tmp_path: Path) -> None:
    first = section(packets=2).statistics(interface_drops=1).write(tmp_path / "first.pcapng")
    second = section(">", packets=3).statistics(interface_drops=2).write(tmp_path / "second.pcapng")
    reader = CaptureReader([first, second])
    assert reader.facts.dropped is None
    frames = list(reader.frames())
    facts = reader.facts
    assert [frame.number for frame in frames] == [1, 2, 3, 4, 5]
    assert facts.files == ("first.pcapng", "second.pcapng")
    assert (facts.frames, facts.dropped, facts.damage) == (5, 3, "")
    assert facts.unpacked == facts.stored == first.stat().st_size + second.stat().st_size
    assert [facts.place(number) for number in (1, 2, 3, 5)] == [
        ("first.pcapng", 1),
        ("first.pcapng", 2),
        ("second.pcapng", 1),
        ("second.pcapng", 3),
    ]


def test_formats_may_be_mixed_but_then_drops_are_unknown(tmp_path: Path) -> None:
    first = section(packets=2).statistics(interface_drops=0).write(tmp_path / "first")
    second = tmp_path / "second"
    second.write_bytes(pcap(link_type=RAW))
    reader = CaptureReader([first, second])
    assert [frame.link_type for frame in reader.frames()] == [ETHERNET] * 2 + [RAW] * 3
    assert reader.facts.dropped is None


def test_damage_in_one_file_does_not_prevent_reading_the_next(tmp_path: Path) -> None:
    first, second = tmp_path / "first", section().statistics(interface_drops=0).write(tmp_path / "second")
    first.write_bytes(section().content[:-3])
    reader = CaptureReader([first, second])
    assert [frame.number for frame in reader.frames()] == [1, 2, 3, 4, 5]
    assert reader.facts.damage.startswith("first: it is truncated inside a block at byte ")
    assert [name for name, _ in reader.facts.damaged_files] == ["first"]
    assert reader.facts.dropped is None


@pytest.mark.parametrize("content", [b"", b"no capture"])
def test_a_file_that_is_not_a_capture_is_reported_before_any_is_read(tmp_path: Path, content: bytes) -> None:
    first, second = section().write(tmp_path / "first"), tmp_path / "second"
    second.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"^second is "):
        next(CaptureReader([first, second]).frames())
    with pytest.raises(UnreadableError, match=r"^third cannot be read: No such file"):
        next(CaptureReader([first, tmp_path / "third"]).frames())


def test_a_ring_is_sorted_by_first_frames(tmp_path: Path) -> None:
    """By time, not by name; files without a frame, and files that are not captures, come last."""
    files = [section(first=first).write(tmp_path / name) for first, name in ((7, "a"), (3, "b"), (1, "c"))]
    empty = section(packets=0).write(tmp_path / "empty")
    nothing = tmp_path / "nothing"
    nothing.touch()
    assert [path.name for path in map(type(nothing), order_by_time([nothing, empty, *files]).paths)] == [
        "c",
        "b",
        "a",
        "nothing",
        "empty",
    ]
    assert order_by_time([files[0], "-", files[1]]).paths == [files[0], "-", files[1]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was opened for reading, by name."""
    counted: Counter[str] = Counter()

    def count(path: Path | str) -> Source:
        counted[Path(path).name] += 1
        return open_input(path)

    monkeypatch.setattr("overheard_capture.captures.reader.open_input", count)
    return counted


def test_a_single_file_is_opened_once(tmp_path: Path, opened: Counter[str]) -> None:
    judge(section().write(tmp_path / "file"), {"password": "fluffy tail"})
    assert opened == {"file": 1}


def test_a_file_of_a_ring_is_opened_for_its_order_and_to_be_read(tmp_path: Path, opened: Counter[str]) -> None:
    ring = [section(first=first).write(tmp_path / name) for first, name in ((7, "a"), (3, "b"), (1, "c"))]
    report = judge(ring, {"password": "fluffy tail"})
    assert [Path(name).name for name in report.account.files] == ["c", "b", "a"]
    assert opened == {"a": 2, "b": 2, "c": 2}


def test_a_file_of_a_ring_that_is_not_a_capture_is_reported_before_any_is_read(
    tmp_path: Path, opened: Counter[str]
) -> None:
    ring = [section().write(tmp_path / "a"), tmp_path / "b", tmp_path / "c", section().write(tmp_path / "d")]
    ring[1].write_bytes(b"no capture")
    ring[2].touch()
    verdict = judge(ring, {"password": "fluffy tail"}).verdicts["password"]
    assert "b is not a pcap or pcapng file" in str(verdict)
    assert opened == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_a_ring_of_dumpcap_is_read_as_one(wire: Path) -> None:
    """Files of a ring buffer contain no drop counts."""
    ring = sorted(wire.glob("ring_*.pcapng"))
    assert len(ring) >= 2
    reader = CaptureReader(order_by_time([*reversed(ring)]).paths)
    frames = list(reader.frames())
    assert reader.facts.files == tuple(path.name for path in ring)
    assert reader.facts.dropped is None
    # Neither file began or ended with the same frame.
    assert _squirrels(frames) == _squirrels(read(wire / "near.pcapng").frames)
    # Frames of two processors can be written some microseconds out of order; the reader keeps the order of each file.
    assert [frame.time for frame in frames] == [frame.time for path in ring for frame in read(path).frames]


def _squirrels(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames if b"squirrel" in frame.data or b"acorns" in frame.data]


def test_key_logs_that_editcap_injects_are_collected(wire: Path, tmp_path: Path) -> None:
    keys, copy = tmp_path / "keys", tmp_path / "copy.pcapng"
    keys.write_text(f"CLIENT_RANDOM {'01' * 32} {'02' * 48}\n")
    subprocess.run(["editcap", "--inject-secrets", f"tls,{keys}", wire / "near.pcapng", copy], check=True)
    reader = CaptureReader([copy])
    assert [frame.data for frame in reader.frames()] == [frame.data for frame in read(wire / "near.pcapng").frames]
    assert reader.facts.key_logs == [keys.read_bytes()]
    assert not reader.facts.skipped


def test_skipped_blocks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "everything"
    path.write_bytes(everything() + File().section().block(10, struct.pack("<II", 0x5353484B, 0)).content)
    reader = CaptureReader([path])
    assert len(list(reader.frames())) == 8
    assert reader.facts.key_logs == [b"key"]
    assert reader.facts.skipped == {
        "name resolution": 1,
        "custom": 1,
        "unknown": 1,
        "decryption secrets": 1,
    }
    # The third section has no interface, so nothing can be dropped there.
    assert reader.facts.dropped == 3


def test_name_resolution_and_comments_are_skipped(wire: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pcapng"
    subprocess.run(
        ["editcap", "-a", "3:a comment", "--capture-comment", "another", wire / "near.pcapng", copy], check=True
    )
    assert [frame.data for frame in read(copy).frames] == [frame.data for frame in read(wire / "near.pcapng").frames]


def test_merged_files_have_the_interfaces_of_all(wire: Path, tmp_path: Path) -> None:
    merged = tmp_path / "merged.pcapng"
    parts = [wire / "near.pcapng", wire / "cooked.pcapng", wire / "cooked2.pcapng"]
    subprocess.run(["mergecap", "-I", "none", "-w", merged, *parts], check=True)
    frames = read(merged).frames
    assert {frame.link_type for frame in frames} == {1, 113, 276}
    assert sorted(frame.data for frame in frames) == sorted(frame.data for part in parts for frame in read(part).frames)


# ---- in chunks


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "scratch"


def in_pieces(path: Path, size: int) -> tuple[list[Frame], CaptureReader]:
    reader = CaptureReader([path], chunk=size)
    return list(reader.frames()), reader


@given(content=st.sampled_from([everything(), pcap(), pcap(">")]), size=st.integers(1, 700), end=st.integers(4, 2000))
def test_chunks_of_any_size_give_the_same(scratch: Path, content: bytes, size: int, end: int) -> None:
    """And reports the same damage, if the file is truncated."""
    scratch.write_bytes(content[:end])
    frames, reader = in_pieces(scratch, size)
    expected, other = in_pieces(scratch, 1 << 20)
    assert frames == expected
    assert reader.facts == other.facts


def test_a_walker_leaves_other_blocks_to_the_reader(tmp_path: Path) -> None:
    """As the compiled part does: it handles plain packets itself, by the layout that it is given."""
    path = tmp_path / "everything"
    path.write_bytes(everything())
    for size in (64, 1 << 20):
        reader, taken, layouts = CaptureReader([path], chunk=size), list[bytes](), list[Layout]()
        for chunk in reader.chunks():
            while not chunk.exhausted:
                layout = chunk.format.layout
                layouts += [] if layout in layouts else [layout]
                walked = _walk(chunk.view, chunk.at, chunk.end, layout)
                if walked:
                    taken.append(walked[0])
                    chunk.at, chunk.format.number = walked[1], chunk.format.number + 1
                elif frame := chunk.record():
                    taken.append(frame.data)
        frames = list(CaptureReader([path]).frames())
        assert taken == [frame.data for frame in frames]
        assert (reader.facts.frames, reader.facts.dropped) == (len(frames), 3)
        ethernet = (Interface(ETHERNET, 262_144, 10**6),)
        assert layouts == [Layout("pcapng", order, 28, known) for order in "<>" for known in ((), ethernet)]


def _walk(view: memoryview, at: int, end: int, layout: Layout) -> tuple[bytes, int] | None:
    if end - at < 28:
        return None
    kind, length, _, _, _, captured, _ = struct.unpack_from(f"{layout.order}7I", view, at)
    if kind != 6 or length != 32 + captured + -captured % 4 or at + length > end:
        return None
    return bytes(view[at + 28 : at + 28 + captured]), at + length


def test_the_layout_of_a_pcap_file_is_known_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_bytes(pcap(">", 0xA1B23C4D, RAW))
    chunks = CaptureReader([path], chunk=4096).chunks()
    chunk = next(chunks)
    assert chunk.at == 24
    assert chunk.format.layout == Layout("pcap", ">", 16, (Interface(RAW, 262_144, 10**9),))


def test_memory_is_bounded_by_the_chunk_and_the_largest_packet(tmp_path: Path) -> None:
    path = tmp_path / "large"
    noise = os.urandom(60_000)
    block = File().packet(noise).content
    with path.open("wb") as file:
        file.write(File().section().interface().content)
        for _ in range(1000):
            file.write(block)
        file.write(File().packet(bytes(3_000_000)).content)
    tracemalloc.start()
    try:
        count = sum(1 for _ in CaptureReader([path], chunk=1 << 20).frames())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 1001
    assert peak < 9_000_000


def test_a_packet_larger_than_the_chunk_is_read(tmp_path: Path) -> None:
    path = File().section().interface().packet(b"x" * 5000).packet(b"small").write(tmp_path / "large")
    frames, _ = in_pieces(path, 100)
    assert [len(frame.data) for frame in frames] == [5000, 5]


def test_damage_after_a_packet_larger_than_the_chunk_is_reported(tmp_path: Path) -> None:
    path = File().section().interface().packet(b"x" * 5000).write(tmp_path / "large")
    path.write_bytes(path.read_bytes() + bytes(9000))
    frames, reader = in_pieces(path, 100)
    assert len(frames) == 1
    assert "declares a length of 0 bytes" in reader.facts.damage


def test_the_number_of_key_logs_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_capture.captures.capture_format._MAX_SECRETS", 100)
    file = File().section()
    for _ in range(9):
        file.block(10, struct.pack("<II", TLS_KEY_LOG, 30) + bytes(30))
    reader = CaptureReader([file.write(tmp_path / "keys")])
    assert list(reader.frames()) == []
    assert len(reader.facts.key_logs) == 3
    assert reader.facts.skipped == {"decryption secrets": 6}


@pytest.mark.parametrize("rate", [0.002, 0.02])
def test_damage_by_editcap_never_raises_an_unexpected_error(wire: Path, tmp_path: Path, rate: float) -> None:
    """Changes bytes of packets at random, and with them every length and option."""
    broken = tmp_path / "broken.pcapng"
    for seed in range(4):
        subprocess.run(["editcap", "-E", str(rate), "--seed", str(seed), wire / "near.pcapng", broken], check=True)
        assert len(read(broken).frames) == len(read(wire / "near.pcapng").frames)


def test_an_option_may_claim_any_length(tmp_path: Path) -> None:
    file = File().section().interface(options=option(9, b"\x06")[:4] + b"\x06").packet(b"data")
    assert [frame.data for frame in read(file.write(tmp_path / "odd")).frames] == [b"data"]
