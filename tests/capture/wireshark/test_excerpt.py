"""Excerpts for tshark: numbers, times and lengths are those of the whole capture; only chosen frames have bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import File, ethernet, ipv4, rewritten, udp
from overheard_capture.captures.reader import read
from overheard_capture.wireshark.excerpt import write_excerpt

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = [ethernet(ipv4(udp(b"%d" % number * number), 17)) for number in range(1, 6)]


def pcap(order: str) -> bytes:
    head = struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1)
    return head + b"".join(
        struct.pack(f"{order}IIII", 7, at, len(each), len(each)) + each for at, each in enumerate(FRAMES)
    )


def pcapng(order: str) -> bytes:
    file = File().section(order).interface()
    for at, each in enumerate(FRAMES):
        file.packet(each, ticks=7_000_000 + at)
    return file.content


@pytest.mark.parametrize("form", [pcap, pcapng])
@pytest.mark.parametrize("order", "<>")
def test_frames_that_are_not_kept_have_no_bytes(form: object, order: str, tmp_path: Path) -> None:
    path, excerpt = tmp_path / "a.pcap", tmp_path / "b.pcap"
    path.write_bytes(form(order))  # type: ignore[operator]  # a function of these
    assert write_excerpt(path, excerpt, {2, 4}, last=4) == 4
    whole, part = read(path).frames, read(excerpt).frames
    assert [(each.number, each.time, each.original_length) for each in part] == [
        (each.number, each.time, each.original_length) for each in whole[:4]
    ]
    assert [each.data for each in part] == [b"", FRAMES[1], b"", FRAMES[3]]


def test_the_last_frame_is_reported_if_there_are_fewer(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "a.pcapng", FRAMES)
    assert write_excerpt(path, tmp_path / "b.pcapng", range(1, 100), last=99) == 5
    assert [each.data for each in read(tmp_path / "b.pcapng").frames] == FRAMES


def test_embedded_keys_are_left_out(tmp_path: Path) -> None:
    keys = b"CLIENT_RANDOM " + b"0" * 64 + b" " + b"1" * 96
    secrets = struct.pack("<II", 0x544C534B, len(keys)) + keys
    path = File().section().interface().block(10, secrets).packet(FRAMES[0]).write(tmp_path / "a.pcapng")
    write_excerpt(path, tmp_path / "b.pcapng", {1}, last=1)
    assert b"CLIENT_RANDOM" not in (tmp_path / "b.pcapng").read_bytes()
    assert read(tmp_path / "b.pcapng").frames[0].data == FRAMES[0]


def test_sections_of_both_byte_orders_and_simple_packets_are_copied(tmp_path: Path) -> None:
    file = (
        File().section("<").interface().simple(FRAMES[0]).section(">").interface().packet(FRAMES[1]).packet(FRAMES[2])
    )
    path = file.write(tmp_path / "a.pcapng")
    write_excerpt(path, tmp_path / "b.pcapng", {3}, last=3)
    # The length of a simple packet is that on the wire.
    assert [each.data for each in read(tmp_path / "b.pcapng").frames] == [FRAMES[0], b"", FRAMES[2]]
