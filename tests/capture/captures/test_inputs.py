"""Inputs: files, pipes, standard input; compressed by real programs, truncated, modified, and decompression bombs."""

from __future__ import annotations

import gzip
import itertools
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import File
from overheard.words.errors import UnreadableError
from overheard_capture.captures.inputs import display_name, open_input
from overheard_capture.captures.reader import CaptureReader, WholeCapture, read

PACK = {"gzip": ["gzip", "-c"], "gzip, best": ["gzip", "-9c"], "zstd": ["zstd", "-qc"], "zstd, best": ["zstd", "-19qc"]}


def packed(kind: str, path: Path) -> bytes:
    return subprocess.run([*PACK[kind], path], capture_output=True, check=True).stdout


def sample() -> bytes:
    """A file whose packets do not compress."""
    file = File().section().interface()
    for _ in range(50):
        file.packet(os.urandom(8000))
    return file.statistics(interface_drops=0).content


@pytest.mark.parametrize("kind", PACK)
def test_compression_by_real_programs_is_undone(wire: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "packed"
    path.write_bytes(packed(kind, wire / "near.pcapng"))
    plain = read(wire / "near.pcapng")
    assert plain.frames
    assert read(path) == plain


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_files_of_several_members_are_read_as_one(wire: Path, tmp_path: Path, kind: str) -> None:
    """As pigz and `cat one.gz other.gz` produce it; gzip may also be padded with zeros."""
    content = (wire / "near.pcapng").read_bytes()
    pack = gzip.compress if kind == "gzip" else zstandard.compress
    path = tmp_path / "packed"
    parts = [pack(part) for part in (content[:100], content[100:9000], b"", content[9000:])]
    path.write_bytes(b"".join(parts) + bytes(512 if kind == "gzip" else 0))
    assert read(path) == read(wire / "near.pcapng")


def test_a_high_compression_ratio_does_not_hide_what_follows(tmp_path: Path) -> None:
    """A zstd input yields a megabyte at a time; the next frame begins in the same input."""
    path, parts = tmp_path / "packed", (bytes(5_000_000), b"next" * 9, bytes(3 << 20))
    path.write_bytes(b"".join(map(zstandard.compress, parts)))
    unpacked, room = open_input(path), memoryview(bytearray(1 << 16))
    read_so_far = bytearray()
    while count := unpacked.readinto(room):
        read_so_far += room[:count]
    unpacked.close()
    assert (bytes(read_so_far), unpacked.damage) == (b"".join(parts), "")


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_truncated_file_is_read_up_to_there_and_the_damage_is_reported(tmp_path: Path, kind: str) -> None:
    path, plain = tmp_path / "cut", tmp_path / "plain"
    plain.write_bytes(sample())
    whole, frames = packed(kind, plain), read(plain).frames
    seen = []
    # zstd yields 128 kB at a time.
    for size in range(140_000, len(whole), 3701):
        path.write_bytes(whole[:size])
        capture = read(path)
        assert capture.damage == f"its {kind} data is truncated"
        assert capture.dropped is None
        assert capture.frames == frames[: len(capture.frames)]
        seen.append(len(capture.frames))
    assert seen == sorted(seen)
    assert seen[0] > 10
    assert seen[-1] > 40


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "scratch"


SAMPLE = File().section().interface().packet(b"first" * 9).packet(b"second" * 9).statistics(interface_drops=0).content


@given(at=st.integers(0, 10_000), value=st.integers(1, 255), pack=st.sampled_from([gzip.compress, zstandard.compress]))
def test_a_changed_byte_never_raises_an_unexpected_error(scratch: Path, at: int, value: int, pack: object) -> None:
    changed = bytearray(pack(SAMPLE))  # type: ignore[operator]
    changed[at % len(changed)] ^= value
    scratch.write_bytes(changed)
    try:
        capture = read(scratch)
    except UnreadableError:
        return
    assert len(capture.frames) <= 2 or capture.damage


def test_uncompressed_bytes_after_the_end_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "more"
    path.write_bytes(gzip.compress(SAMPLE) + b"and more")
    capture = read(path)
    assert (len(capture.frames), capture.damage) == (
        2,
        f"its gzip data is malformed near byte {len(gzip.compress(SAMPLE))}",
    )


@pytest.mark.slow
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_decompression_bomb_takes_bounded_memory(tmp_path: Path, pack: object) -> None:
    """A gigabyte of zeros after a header: one packet that claims 100 MB; one copy of it fits into memory."""
    path = tmp_path / "bomb"
    path.write_bytes(pack(File().section().interface().content + bytes(300_000_000)))  # type: ignore[operator]
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    try:
        capture = read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "declares a length of 0 bytes" in capture.damage
    assert peak < 50_000_000


# ---- inputs that can be read only once


def run_on(standard_input: bytes | int, code: str) -> str:
    program = [sys.executable, "-c", f"from overheard_capture.captures.reader import *\n{code}"]
    if isinstance(standard_input, bytes):
        return subprocess.run(program, input=standard_input, capture_output=True, check=True).stdout.decode()
    return subprocess.run(program, stdin=standard_input, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("kind", ["", "gzip", "zstd"])
def test_standard_input_is_read(wire: Path, kind: str) -> None:
    path = wire / "near.pcapng"
    content = packed(kind, path) if kind else path.read_bytes()
    code = "r = CaptureReader(['-']); print(sum(1 for _ in r.frames()), r.facts.files[0], r.facts.dropped)"
    assert run_on(content, code).split() == [str(len(read(path).frames)), "standard", "input", "0"]


def test_standard_input_may_be_empty() -> None:
    code = "try:\n list(CaptureReader('-').frames())\nexcept Exception as problem: print(problem)"
    assert run_on(b"", code).startswith("standard input is empty\n")


@pytest.mark.parametrize("sizes", [[1], [3, 1, 50], [4096]])
def test_a_pipe_is_read_no_matter_how_it_is_filled(tmp_path: Path, sizes: list[int]) -> None:
    """Files listed before it are examined first; it is not, as its bytes would be lost."""
    pipe, path = tmp_path / "pipe", tmp_path / "file"
    os.mkfifo(pipe)
    path.write_bytes(SAMPLE)

    def fill() -> None:
        with pipe.open("wb", buffering=0) as file:
            at = 0
            for size in itertools.cycle(sizes):
                file.write(SAMPLE[at : at + size])
                at += size
                if at >= len(SAMPLE):
                    break

    filling = threading.Thread(target=fill)
    filling.start()
    reader = CaptureReader([path, pipe])
    frames = [frame.data for frame in reader.frames()]
    filling.join()
    assert frames == [frame.data for frame in read(path).frames] * 2
    assert (reader.facts.dropped, reader.facts.damage) == (0, "")


# ---- inputs that cannot be read


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0), zstandard.compress(b"")])
def test_an_empty_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"^file is empty") as caught:
        read(path)
    assert "killed" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"no", b"no capture at all", gzip.compress(b"no capture", mtime=0), b"\xd4\xc3\xb2", bytes(99)]
)
def test_a_file_that_is_not_a_capture_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"^file is not a pcap or pcapng file") as caught:
        read(path)
    assert "editcap -F pcapng" in caught.value.hint


def test_a_file_that_is_truncated_before_its_format_is_known_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(SAMPLE)[:9])
    with pytest.raises(UnreadableError, match=r"^file cannot be read: its gzip data is truncated"):
        read(path)


def test_without_the_zstd_package_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(zstandard.compress(SAMPLE))
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.delattr("backports.zstd")
    with pytest.raises(UnreadableError, match="compressed with zstd") as caught:
        read(path)
    assert "zstd -d" in caught.value.hint


def test_a_read_error_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails like a file on a failing disk."""
    path = tmp_path / "file"
    path.write_bytes(SAMPLE)
    opened = open_input(path)

    class Failing:
        def readinto(self, _: memoryview) -> int:
            raise OSError(5, "Input/output error")

        def close(self) -> None:
            pass

    opened._file.close()  # type: ignore[attr-defined]  # noqa: SLF001  (no disk that fails is at hand)
    monkeypatch.setattr(opened, "_file", Failing())
    monkeypatch.setattr("overheard_capture.captures.reader.open_input", lambda _: opened)
    reading = CaptureReader([])
    assert list(reading.frames()) == []
    monkeypatch.setattr("overheard_capture.captures.reader.is_single_pass", lambda _: True)
    capture: WholeCapture = read(path)
    assert capture.frames == []
    assert "it cannot be read past byte 4: Input/output error" in capture.damage


@pytest.mark.parametrize(
    ("path", "shown"), [("-", "standard input"), ("a/b.pcap", "b.pcap"), ("a/b/", "b"), (".", "."), ("/", "/")]
)
def test_a_file_has_a_name_for_messages(path: str, shown: str) -> None:
    assert display_name(path) == shown
