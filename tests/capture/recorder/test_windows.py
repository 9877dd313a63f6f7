"""Windows of a timeline: every frame is settled once, with all others of its flow."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, tcp, udp
from capture.timeline import BEGAN, ROOM, Timed, Windows, notes, recorded
from overheard.words.errors import UnreadableError
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import read_checked_recording
from overheard_capture.packets import SYN
from overheard_capture.recorder import WindowFiles, settle

if TYPE_CHECKING:
    from pathlib import Path


def every(seconds: float, frames: list[bytes], at: float = 0.0) -> list[Timed]:
    """One frame after the other."""
    return [Timed(at + number * seconds, frame) for number, frame in enumerate(frames)]


def datagram(text: bytes, port: int = 5000) -> bytes:
    return ethernet(ipv4(udp(text, source=port), 17))


TALK = exchange([b"one", b"two", b"three"], [b"four", b"five"])


def test_a_connection_is_settled_in_the_window_in_which_it_ends(tmp_path: Path) -> None:
    windows = Windows(tmp_path, every(1, TALK, at=5), [0, 9, 30])
    first, second, last = windows.settled()
    assert first.open == ("TCP 127.0.0.1:45000 ↔ 127.0.0.1:5683",)
    assert not second.open
    assert windows.contents == [[], TALK, []]
    assert (first.frames, second.frames, last.frames) == (5, len(TALK) - 5, 0)
    assert second.bytes == sum(map(len, TALK[5:]))
    assert read_checked_recording(windows.files(1).settled).start_mark == "overheard mark 1"


def test_what_is_recorded_twice_belongs_to_the_first_window(tmp_path: Path) -> None:
    """And what looks the same, but came again later, to the next one."""
    control = ethernet(b"control", 0x0806)
    frames = [Timed(at, control) for at in (8.9, 9.1, 9.2, 12)]
    windows = Windows(tmp_path, frames, [0, 9])
    windows.settled()
    assert windows.contents == [[control] * 3, [control]]


def test_a_connection_that_has_just_ended_may_have_stragglers(tmp_path: Path) -> None:
    """Its last acknowledgement alone would be a connection without beginning."""
    windows = Windows(tmp_path, every(0.01, TALK, at=9.52 - 0.01 * len(TALK)), [0, 9], overlap=0.505)
    windows.settled()
    assert windows.contents == [[], TALK]


def test_datagrams_are_settled_once_they_are_silent(tmp_path: Path) -> None:
    frames = [Timed(at, datagram(f"{at}".encode())) for at in (1, 25, 50, 75)]
    windows = Windows(tmp_path, frames, [0, 30, 60, 120])
    windows.settled()
    assert list(map(len, windows.contents)) == [0, 0, 4, 0]


def test_fragments_stay_together(tmp_path: Path) -> None:
    payload = udp(bytes(range(200)))
    frames = [
        ethernet(ipv4(payload[:96], 17, fragment=0x2000, identification=7)),
        ethernet(ipv4(payload[96:], 17, fragment=12, identification=7)),
    ]
    windows = Windows(tmp_path, [Timed(8, frames[0]), Timed(10, frames[1])], [0, 9], after=60)
    first, _ = windows.settled()
    assert first.open == ("fragments of incomplete packets",)
    assert windows.contents == [[], frames]


def test_fragments_that_stay_incomplete_are_settled(tmp_path: Path) -> None:
    lonely = ethernet(ipv4(udp(bytes(200))[:96], 17, fragment=0x2000, identification=7))
    windows = Windows(tmp_path, [Timed(8, lonely)], [0, 50, 100])
    windows.settled()
    assert windows.contents == [[lonely], [], []]


def test_what_is_open_at_the_end_is_settled_as_it_is(tmp_path: Path) -> None:
    windows = Windows(tmp_path, every(1, TALK[:-3], at=5), [0, 9, 30])
    windows.settled()
    assert windows.contents == [[], [], TALK[:-3]]


def test_what_outgrows_its_room_is_said_and_settled_unfinished(tmp_path: Path) -> None:
    small = exchange([b"small"], [], port=45001)
    large = exchange([bytes(1000)] * 3, [])
    windows = Windows(tmp_path, [*every(0.1, large[:6], at=7), *every(0.1, small[:4], at=8)], [0, 9])
    first, _ = windows.settled(at_most=2000)
    assert first.open == ("TCP 127.0.0.1:45001 ↔ 127.0.0.1:5683",)
    assert first.outgrown == (f"TCP 127.0.0.1:45000 ↔ 127.0.0.1:5683 ({sum(map(len, large[:6]))} bytes)",)
    assert windows.contents == [large[:6], small[:4]]


def test_a_connection_without_beginning_is_not_waited_for(tmp_path: Path) -> None:
    middle = TALK[3:5]
    windows = Windows(tmp_path, every(0.1, middle, at=8), [0, 9])
    assert [result.open for result in windows.settled()] == [(), ()]
    assert windows.contents == [middle, []]


def test_an_attempt_that_nobody_answers_is_over_soon(tmp_path: Path) -> None:
    attempts = [ethernet(ipv4(tcp(flags=SYN, source=port))) for port in (45001, 45002)]
    windows = Windows(tmp_path, [Timed(1, attempts[0]), Timed(9.2, attempts[1])], [0, 9])
    windows.settled()
    assert windows.contents == [attempts[:1], attempts[1:]]


@pytest.mark.parametrize("seed", range(5))
def test_every_frame_is_settled_once_with_its_flow(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    frames: list[Timed] = []
    for port in range(46000, 46040):
        talk = exchange([bytes([port & 0xFF]) * chance.randrange(1, 90)] * chance.randrange(1, 9), [b"ok"], port=port)
        frames += every(chance.choice([0.01, 0.3, 2.5]), talk, at=chance.uniform(0, 80))
        frames += every(chance.choice([0.1, 9]), [datagram(b"again", port)] * 5, at=chance.uniform(0, 80))
    frames.sort()
    cuts = [0.0, *sorted(chance.uniform(1, 110) for _ in range(6))]
    windows = Windows(tmp_path, frames, cuts, overlap=0.7, after=200)
    results = windows.settled()
    found = [data for content in windows.contents for data in content]
    assert Counter(found) == Counter(frame.data for frame in frames)
    assert sum(result.frames for result in results) == len(frames)
    for port in range(46000, 46040):
        ends = port.to_bytes(2, "big")
        of_tcp = {
            number
            for number, content in enumerate(windows.contents)
            if any(data[23] == 6 and ends in (data[34:36], data[36:38]) for data in content)
        }
        assert len(of_tcp) == 1


def test_damage_stays_for_the_judge_to_see(tmp_path: Path) -> None:
    files = WindowFiles(tmp_path)
    recorded(files.recorded, every(1, TALK))
    whole = files.recorded.read_bytes()
    files.recorded.write_bytes(whole[:-60])
    settled = settle(
        WindowFiles(tmp_path / "none"), files, notes(files.recorded, 0, 60), next_began=BEGAN + 59, at_most=ROOM
    )
    assert settled.dropped is None
    assert "truncated" in read(files.settled).damage
    files.recorded.write_bytes(b"")
    with pytest.raises(UnreadableError):
        settle(WindowFiles(tmp_path), files, notes(files.recorded, 0, 60), next_began=None, at_most=ROOM)


def test_drops_are_those_of_the_recording(tmp_path: Path) -> None:
    before, files = WindowFiles(tmp_path / "before"), WindowFiles(tmp_path / "after")
    for number, each in enumerate((before, files)):
        each.folder.mkdir()
        recorded(each.recorded, every(1, TALK[number * 4 : number * 4 + 4], at=5 + number * 4), dropped=3 - number)
    none = WindowFiles(tmp_path / "none")
    first = settle(none, before, notes(before.recorded, 0, 9), next_began=BEGAN + 8.0, at_most=ROOM)
    second = settle(before, files, notes(files.recorded, 8.9, 20), next_began=None, at_most=ROOM)
    assert (first.dropped, second.dropped) == (3, 2)
    assert read(files.settled).dropped == 2
    assert {path.stat().st_mode & 0o777 for path in (before.settled, before.carried, before.last)} == {0o600}
