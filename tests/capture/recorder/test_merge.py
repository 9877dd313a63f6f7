"""Two recordings as one: what either has, in the order of time, and what either lacks."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.frames import File, ethernet, ipv4, udp
from overheard.words.recording import Recording
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import read_checked_recording
from overheard_capture.recorder.blocks import INTERFACE, PACKET, SECTION, STATISTICS, blocks
from overheard_capture.recorder.merge import merge

if TYPE_CHECKING:
    from pathlib import Path

NOTES = Recording("one", "eth0", "not tcp port 1", 0, 10.0, 20.0, "start", "end", True, 0, "", "", "earlier")
OTHER = replace(NOTES, capture_filter="tcp port 2", started=9.0, ended=19.0, start_mark="begin", end_mark="stop")
EVEN, ODD = (0, 2, 4), (1, 3)


def packet(number: int) -> bytes:
    return ethernet(ipv4(udp(b"packet %d" % number), 17))


def recorded(path: Path, moments: tuple[int, ...], *, dropped: int | None = 0) -> Path:
    """A file of dumpcap, with a packet at each of these moments."""
    file = File().section().interface()
    for moment in moments:
        # Times that differ in both halves.
        file.packet(packet(moment), ticks=(5 << 32) - 2 + moment)
    if dropped is not None:
        file.statistics(interface_drops=dropped)
    return file.write(path)


def merged(folder: Path, other: Path, notes: Recording = NOTES, other_notes: Recording = OTHER) -> Recording:
    """The notes on both, after the file `one.pcapng` and another one were merged."""
    return merge(folder / "one.pcapng", notes, other, other_notes, place="interceptor")


def test_packets_are_in_the_order_of_time_each_at_its_interface(tmp_path: Path) -> None:
    path = recorded(tmp_path / "one.pcapng", EVEN)
    merged(tmp_path, recorded(tmp_path / "two.pcapng", ODD))
    assert [frame.data for frame in read(path).frames] == list(map(packet, range(5)))
    assert [int.from_bytes(block[8:12], "little") for kind, block in blocks(path) if kind == PACKET] == [0, 1, 0, 1, 0]
    kinds = [SECTION, INTERFACE, INTERFACE, *[PACKET] * 5, STATISTICS, STATISTICS]
    assert [kind for kind, _ in blocks(path)] == kinds
    assert path.stat().st_mode & 0o077 == 0


def test_tshark_reads_it_as_we_do(tmp_path: Path) -> None:
    path = recorded(tmp_path / "one.pcapng", EVEN)
    merged(tmp_path, recorded(tmp_path / "two.pcapng", ODD))
    told = ["tshark", "-r", str(path), "-T", "fields", "-e", "frame.interface_id", "-e", "data.data"]
    lines = subprocess.run(told, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines == [f"{at % 2}\t{(b'packet %d' % at).hex()}" for at in range(5)]


@pytest.mark.parametrize(
    ("one", "two", "both"), [(0, 0, 0), (0, 3, 3), (2, 0, 2), (2, 3, 5), (0, None, None), (None, 0, None)]
)
def test_what_either_dropped_is_dropped(tmp_path: Path, one: int | None, two: int | None, both: int | None) -> None:
    path = recorded(tmp_path / "one.pcapng", EVEN, dropped=one)
    merged(tmp_path, recorded(tmp_path / "two.pcapng", ODD, dropped=two))
    assert read(path).dropped == both


@pytest.mark.parametrize("broken", ["one", "two"])
def test_where_either_breaks_off_all_else_is_kept_and_it_is_damaged(tmp_path: Path, broken: str) -> None:
    path = recorded(tmp_path / "one.pcapng", EVEN)
    other = recorded(tmp_path / "two.pcapng", ODD)
    file = tmp_path / f"{broken}.pcapng"
    file.write_bytes(file.read_bytes()[:-4])
    merged(tmp_path, other)
    capture = read(path)
    assert [frame.data for frame in capture.frames] == list(map(packet, range(5)))
    assert capture.damage
    assert capture.dropped is None


@pytest.mark.parametrize("empty", ["one", "two"])
def test_a_recorder_that_wrote_nothing_leaves_no_whole_recording(tmp_path: Path, empty: str) -> None:
    recorded(tmp_path / "one.pcapng", EVEN)
    other = recorded(tmp_path / "two.pcapng", ODD)
    (tmp_path / f"{empty}.pcapng").write_bytes(b"")
    notes = NOTES if empty == "two" else replace(NOTES, recorder_alive=False, exit_code=-9)
    both = merged(tmp_path, other, notes, replace(OTHER, recorder_alive=empty == "one"))
    assert not both.recorder_alive


def test_the_notes_are_those_on_the_new_file_and_of_both(tmp_path: Path) -> None:
    path = recorded(tmp_path / "one.pcapng", EVEN)
    both = merged(tmp_path, recorded(tmp_path / "two.pcapng", ODD))
    assert read_checked_recording(path) == both
    assert (both.name, both.interface) == ("one", "eth0 and interceptor's eth0")
    assert both.capture_filter == "not tcp port 1; at interceptor: tcp port 2"
    assert (both.started, both.ended, both.recorder_alive, both.exit_code) == (9.0, 20.0, True, 0)
    assert (both.start_marks, both.end_marks) == ([b"start", b"begin"], [b"end", b"stop"])
    assert set(both.marks) == {b"start", b"begin", b"end", b"stop", b"earlier"}
    assert "other_marks" in json.loads((tmp_path / "one.recording.json").read_text())


@pytest.mark.parametrize(("one", "two"), [(True, False), (False, True)])
def test_whichever_recorder_died_the_recorder_died(tmp_path: Path, *, one: bool, two: bool) -> None:
    def ended(notes: Recording, *, well: bool) -> Recording:
        return notes if well else replace(notes, recorder_alive=False, exit_code=-9, recorder_said="killed")

    recorded(tmp_path / "one.pcapng", EVEN)
    other = recorded(tmp_path / "two.pcapng", ODD)
    both = merged(tmp_path, other, ended(NOTES, well=one), ended(OTHER, well=two))
    assert (both.recorder_alive, both.exit_code) == (False, -9)
    assert both.recorder_said == ("at interceptor: killed" if one else "killed")
