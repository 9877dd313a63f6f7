"""Recordings from mark to mark, in namespaces of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import unwrap
from capture.playing import played
from overheard.words.recording import MARK_GROUP, MARK_PORT, MARK_PREFIX, Recording, new_mark
from overheard_capture.captures.reader import read
from overheard_capture.packets import Datagram

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("local_engine")


def test_a_recording_reaches_from_start_mark_to_end_mark(tmp_path: Path) -> None:
    outcome = played("whole", tmp_path)
    word = outcome["word"]
    packets = [unwrap(frame) for frame in read(tmp_path / "whole.pcapng").frames]
    datagrams = [packet for packet in packets if isinstance(packet, Datagram)]
    seen = [packet.payload for packet in datagrams]
    # On `lo` a mark may be seen more than once, as it is sent until it is seen.
    assert list(dict.fromkeys(seen)) == [word["start_mark"].encode(), b"fluffy tail", word["end_mark"].encode()]
    marks = [packet for packet in datagrams if packet.payload.startswith(MARK_PREFIX)]
    assert {(packet.target.address, packet.target.port) for packet in marks} == {(MARK_GROUP, MARK_PORT)}


def test_the_recorders_notes_say_how_it_was_made(tmp_path: Path) -> None:
    outcome = played("whole", tmp_path)
    word = outcome["word"]
    assert (word["name"], word["interface"], word["capture_filter"], word["snap_length"]) == ("whole", "lo", "udp", 200)
    assert (word["recorder_alive"], word["exit_code"]) == (True, 0)
    assert word["started"] <= word["ended"]
    assert word["start_mark"] != word["end_mark"]
    assert (outcome["same"], outcome["mode"], outcome["children"]) == (True, 0o600, False)


def test_end_marks_after_which_a_stream_had_to_end_are_marks_too(tmp_path: Path) -> None:
    word = played("whole", tmp_path)["word"]
    both = [word["start_mark"].encode(), word["end_mark"].encode()]
    assert Recording(**word).marks == both
    assert Recording(**{**word, "earlier_marks": "one mark,two marks"}).marks == [*both, b"one mark", b"two marks"]


def test_a_filter_that_hides_the_marks_does_not_stop_it(tmp_path: Path) -> None:
    """The judge misses them in the file, and reports that."""
    outcome = played("unmarked", tmp_path)
    assert (outcome["word"]["recorder_alive"], outcome["word"]["exit_code"]) == (True, 0)
    assert read(tmp_path / "unmarked.pcapng").frames == []


def test_a_dead_recorder_is_noticed_at_once(tmp_path: Path) -> None:
    """It returns at once, though a minute is allowed for the mark."""
    outcome = played("killed", tmp_path)
    assert (outcome["word"]["recorder_alive"], outcome["word"]["exit_code"]) == (False, -9)
    assert not outcome["children"]


def test_an_interface_that_carries_no_mark_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    outcome = played("any_interface", tmp_path)
    assert outcome["says"] == "no mark can be sent through 'any': no interface with this name"
    assert "name one interface" in outcome["hint"]
    assert (outcome["left"], outcome["children"]) == ([], False)


def test_the_recorder_stops_even_if_its_interface_is_gone(tmp_path: Path) -> None:
    outcome = played("gone", tmp_path)
    assert (outcome["word"]["exit_code"], outcome["children"]) == (0, False)
    # On `lo`, marks are repeated with blanks behind them.
    (start,) = {
        packet.payload.rstrip()
        for packet in map(unwrap, read(tmp_path / "gone.pcapng").frames)
        if isinstance(packet, Datagram)
    }
    assert start.decode() == outcome["word"]["start_mark"]


def test_a_full_disk_ends_the_recording_and_is_reported(tmp_path: Path) -> None:
    """A recording without enough room must not be taken for a complete one."""
    outcome = played("full", tmp_path)
    assert outcome["says"] == "the recorder's notes cannot be written: No space left on device"
    assert not outcome["children"]
    assert outcome["word"]["recorder_alive"] is False
    assert "the disk is full" in outcome["word"]["recorder_said"]


def test_no_two_marks_are_the_same() -> None:
    assert len({new_mark() for _ in range(100)}) == 100
