"""Real traffic, recorded in three ways: everything that was sent is found, and tshark finds nothing more."""

from __future__ import annotations

import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from capture.wire import all_payloads
from overheard_capture.captures.reader import read
from overheard_capture.packets import Control, Datagram, Dissector, Segment, payload_origin

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["near", "cooked", "cooked2"])
def test_every_payload_is_found(wire: Path, name: str) -> None:
    """Each payload in one piece, fragmented ones as well; and every byte is in the frame that is given for it."""
    frames = read(wire / f"{name}.pcapng").frames
    dissector = Dissector()
    packets = [packet for frame in frames for packet in dissector.packets(frame)]
    said = [packet for packet in packets if isinstance(packet, Segment | Datagram) and packet.payload]
    assert {bytes(packet.payload) for packet in said} == set(all_payloads())
    assert (dissector.pending, dissector.discarded, dissector.conflicting) == (0, 0, 0)
    in_parts = 0
    for packet in said:
        origin = payload_origin(packet)
        for start, end in origin.split_at_frames(0, len(packet.payload)):
            place = origin.place(start, end - start)
            data = frames[place.frame - 1].data
            assert data[place.offset : place.offset + place.length] == packet.payload[start:end]
        in_parts += len(packet.spans) > 1
        assert packet.frame == max(origin.place(0, len(packet.payload)).frames)
    assert in_parts >= 3
    assert not [packet for packet in packets if not isinstance(packet, Control) and type(packet).__name__ == "Other"]


@pytest.mark.parametrize("name", ["near", "cooked", "cooked2"])
def test_tshark_finds_the_same(wire: Path, name: str) -> None:
    path = wire / f"{name}.pcapng"
    command = [
        "tshark",
        "-r",
        str(path),
        "-n",
        "-T",
        "fields",
        "-E",
        "occurrence=l",
        "-e",
        "tcp.payload",
        "-e",
        "udp.payload",
    ]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    # A segment or UDP-Lite in VXLAN is inside a datagram.
    theirs = Counter(bytes.fromhex(line.split("\t")[0] or line.split("\t")[1]) for line in lines)
    dissector = Dissector()
    mine = Counter(
        bytes(packet.payload)
        for frame in read(path).frames
        for packet in dissector.packets(frame)
        if isinstance(packet, Segment | Datagram)
    )
    for payload in all_payloads():
        assert mine[payload] == theirs[payload] or b"UDP" in payload
        assert mine[payload] >= theirs[payload] > 0
