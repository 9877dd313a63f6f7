"""Files of packets that are written here: Wireshark and this project's reader take them as they take any."""

from __future__ import annotations

import stat
import subprocess
import time
from pathlib import Path

import pytest

from overheard_capture.captures.reader import read
from overheard_capture.recorder.ip_packets import datagram
from overheard_capture.recorder.pcapng_file import PcapngFile

PACKETS = [datagram(("192.0.2.1", 1), ("192.0.2.2", 2), bytes(size)) for size in (0, 1, 2, 3, 60_000)]


def write(path: Path, *, whole: bool = True) -> None:
    file = PcapngFile(path)
    for packet in PACKETS:
        file.add(packet)
    file.close(whole=whole)


def test_it_has_the_packets_with_their_times_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "packets.pcapng"
    before = time.time()
    write(path)
    found = read(path)
    assert [bytes(frame.data) for frame in found.frames] == PACKETS
    assert all(before - 0.001 <= frame.time <= time.time() + 0.001 for frame in found.frames)
    assert (found.dropped, found.damage) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_is_not_whole_does_not_say_that_nothing_was_dropped(tmp_path: Path) -> None:
    path = tmp_path / "packets.pcapng"
    write(path, whole=False)
    found = read(path)
    assert (len(found.frames), found.dropped) == (len(PACKETS), None)


def test_wireshark_finds_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "packets.pcapng"
    write(path)
    told = subprocess.run(["capinfos", "-Mcdl", str(path)], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    counts = dict(line.split(":", 1) for line in told.stdout.splitlines() if ":" in line)
    assert int(counts["Number of packets"]) == len(PACKETS)


def test_a_full_disk_is_an_error() -> None:
    with pytest.raises(OSError, match="No space left on device"):
        PcapngFile(Path("/dev/full"))
