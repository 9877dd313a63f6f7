"""A second capture in the same file, as `cat` and `>>` make it, is read on."""

from __future__ import annotations

import struct
from itertools import permutations
from pathlib import Path

import pytest

from capture.frames import ETHERNET, File
from overheard_capture.captures.headers import is_header
from overheard_capture.captures.reader import CaptureReader


def classic(data: bytes, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    header = struct.pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, 65535, ETHERNET)
    return header + struct.pack(f"{order}4I", 1, 2, len(data), 60) + data


def modern(data: bytes, order: str) -> bytes:
    return File().section(order).interface(ETHERNET, 0).packet(data, ticks=1, original=60).content


PIECES = {
    "pcap": classic(b"one"),
    "pcap, big-endian": classic(b"two", ">"),
    "pcap, nanoseconds": classic(b"three", magic=0xA1B23C4D),
    "pcapng": modern(b"four", "<"),
    "pcapng, big-endian": modern(b"fifth!", ">"),
}
WORDS = dict(zip(PIECES, (b"one", b"two", b"three", b"four", b"fifth!"), strict=True))


@pytest.mark.parametrize("order", list(permutations(PIECES, 2)))
@pytest.mark.parametrize("chunk", [24, 40, 1 << 20])
def test_every_capture_in_a_file_is_read(tmp_path: Path, order: tuple[str, ...], chunk: int) -> None:
    path = tmp_path / "both"
    path.write_bytes(b"".join(PIECES[name] for name in (*order, order[0])))
    reader = CaptureReader([path], chunk=chunk)
    frames = list(reader.frames())
    assert [frame.data for frame in frames] == [WORDS[name] for name in (*order, order[0])]
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert (reader.facts.damage, reader.facts.dropped) == ("", None)
    assert reader.facts.unpacked == path.stat().st_size


def test_a_truncated_second_header_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "both"
    path.write_bytes(PIECES["pcap"] + PIECES["pcap"][:20])
    reader = CaptureReader([path])
    assert [frame.data for frame in reader.frames()] == [b"one"]
    assert "truncated inside the header of the file" in reader.facts.damage


@pytest.mark.parametrize(
    "head", [b"", PIECES["pcap"][:15], PIECES["pcap"][:4] + bytes(12), b"\x0a\x0d\x0d\x0a" + bytes(12), bytes(16)]
)
def test_what_is_no_header(head: bytes) -> None:
    assert not is_header(head)
