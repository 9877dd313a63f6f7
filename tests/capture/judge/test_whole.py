"""Every kind of incomplete recording, alone and in combination: INCONCLUSIVE, for its reason."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from capture.frames import File, ethernet, exchange, ipv4, udp, unwrap
from capture.recordings import write_notes
from overheard.words.options import Options
from overheard.words.verdict import Outcome
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import read_recording, recording_file
from overheard_capture.judge.api import judge
from overheard_capture.packets import ACK, FIN, SYN, Segment
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.recording import Recording
    from overheard.words.report import Report
    from overheard_capture.captures.frame import Frame


@dataclass
class Damaged:
    """A recording to damage: its frames with their length on the wire, and the recorder's account."""

    frames: list[tuple[bytes, int]]
    recording: Recording
    secret: bytes = b"fluffy tail"
    vouched: tuple[str, ...] = ("sent",)
    dropped: int | None = 0
    cut: int = 0
    only: tuple[str, ...] = ()

    def judge(self, path: Path) -> Report:
        """The verdict."""
        file = File().section().interface()
        for data, original in self.frames:
            file.packet(data, ticks=1_700_000_000_000_000, original=original)
        if self.dropped is not None:
            file.statistics(interface_drops=self.dropped, system_drops=0)
        file.content = file.content[: len(file.content) - self.cut]
        file.write(path)
        write_notes(self.recording, path)
        return judge(path, {"message": self.secret}, Options(vouched=self.vouched, only=self.only))

    def segments(self) -> list[tuple[int, Segment]]:
        """The TCP segments with their positions."""
        found = enumerate(map(_unwrap, self.frames))
        return [(at, packet) for at, packet in found if isinstance(packet, Segment)]

    def leave_out(self, which: Callable[[Segment], bool]) -> None:
        """Drop the first segment that matches, and those that repeat it."""
        first = next(segment for _, segment in self.segments() if which(segment))
        same = {at for at, each in self.segments() if which(each) and each.source == first.source}
        self.frames = [frame for at, frame in enumerate(self.frames) if at not in same]

    def without(self, mark: str) -> None:
        """Drop the frames with a mark."""
        self.frames = [frame for frame in self.frames if mark.encode() not in frame[0]]

    def put_in(self, *frames: bytes) -> None:
        """Insert frames after the start mark."""
        self.frames[1:1] = [(frame, len(frame)) for frame in frames]


def _unwrap(frame: tuple[bytes, int]) -> object:
    from capture.frames import frame as made  # noqa: PLC0415  (the name is this function's own)

    return unwrap(made(frame[0]))


def _died(it: Damaged) -> None:
    it.recording = replace(it.recording, recorder_alive=False, exit_code=-9)


def _no_start(it: Damaged) -> None:
    it.without(it.recording.start_mark)


def _no_end(it: Damaged) -> None:
    it.without(it.recording.end_mark)


def _dropped(it: Damaged) -> None:
    it.dropped = 3


def _drops_unknown(it: Damaged) -> None:
    it.dropped = None


def _cut(it: Damaged) -> None:
    it.cut = 6


def _snapped(it: Damaged) -> None:
    data, original = it.frames[-1]
    it.frames.insert(1, (ethernet(ipv4(udp(b"plain words"), protocol=17)), 900))
    assert original == len(data)


def _gap(it: Damaged) -> None:
    # The last one, which no other fault affects.
    del it.frames[[at for at, segment in it.segments() if len(segment.payload) > 100][-1]]


def _no_syn(it: Damaged) -> None:
    it.leave_out(lambda segment: segment.flags & (SYN | ACK) == SYN)


def _no_fin(it: Damaged) -> None:
    it.leave_out(lambda segment: bool(segment.flags & FIN))


def _conflict(it: Damaged) -> None:
    at, segment = next(found for found in it.segments() if len(found[1].payload) > 100)
    data = it.frames[at][0]
    other = data[: segment.offset + 50] + bytes([data[segment.offset + 50] ^ 1]) + data[segment.offset + 51 :]
    it.frames.insert(at + 1, (other, len(other)))


def _half_a_packet(it: Damaged) -> None:
    it.put_in(ethernet(ipv4(udp(b"plain words" * 9)[:64], protocol=17, fragment=0x2000)))


def _unreadable_stream(it: Damaged) -> None:
    it.put_in(*exchange([b"\x01\xfe\xff\x80" * 40], [b"\x02\xfe\xff\x80" * 40]))


def _unreadable_datagram(it: Damaged) -> None:
    it.put_in(ethernet(ipv4(udp(b"\x01\xfe\xff\x80" * 40), protocol=17)))


def _broken_wrapping(it: Damaged) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n"
    it.put_in(*exchange([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], [head + b"\x1f\x8b\x08" + bytes(37)]))


def _short(it: Damaged) -> None:
    it.secret = b"fl!f"


def _no_presence(it: Damaged) -> None:
    it.vouched = ()


FAULTS: dict[str, tuple[Callable[[Damaged], None], str]] = {
    "the recorder died": (_died, "recorder-alive"),
    "no start mark": (_no_start, "marks"),
    "no end mark": (_no_end, "marks"),
    "packets were dropped": (_dropped, "no-drops"),
    "drops are unknown": (_drops_unknown, "no-drops"),
    "the file is truncated": (_cut, "closed"),
    "a frame is truncated": (_snapped, "frames-whole"),
    "a segment is missing": (_gap, "no-gaps"),
    "the beginning of a stream is missing": (_no_syn, "streams-complete"),
    "the end of a stream is missing": (_no_fin, "streams-complete"),
    "a byte was sent twice with two values": (_conflict, "no-conflicts"),
    "an IP fragment is missing": (_half_a_packet, "fragments-whole"),
    "an unreadable stream": (_unreadable_stream, "readable"),
    "an unreadable datagram": (_unreadable_datagram, "readable"),
    "an encapsulation that cannot be parsed": (_broken_wrapping, "readable"),
    "a secret that may match by chance": (_short, "chance"),
    "nothing proves that it was sent": (_no_presence, "present"),
}


def test_notes_on_another_recording_are_a_reason_unless_the_caller_vouches(
    recordings: Recordings, tmp_path: Path
) -> None:
    path = tmp_path / "http.pcapng"
    shutil.copy(recordings.path("https"), path)
    shutil.copy(recording_file(recordings.path("http")), recording_file(path))
    report = judge(path, {"message": b"fluffy tail"}, Options(vouched=("sent",)))
    (reason,) = report.verdicts["message"].reasons
    assert (report.outcome, reason.code) == (Outcome.INCONCLUSIVE, "vouched")
    assert "http.recording.json were not written for this file" in reason.says
    assert "--vouch whole" in reason.hint
    assert judge(path, {"message": b"fluffy tail"}, Options(vouched=("sent", "whole"))).outcome is Outcome.PROTECTED


@pytest.fixture(scope="module")
def frames(recordings: Recordings) -> list[Frame]:
    """The checks of an intact HTTPS recording."""
    return read(recordings.path("https")).frames


@pytest.fixture
def sound(recordings: Recordings, frames: list[Frame]) -> Damaged:
    return Damaged([(frame.data, frame.original_length) for frame in frames], read_recording(recordings.path("https")))


def reasons(report: Report) -> set[str]:
    return {check.code for check in report.verdicts["message"].reasons}


def test_without_a_fault_it_is_protected(sound: Damaged, tmp_path: Path) -> None:
    """The control: checks that the faults do not concern hold."""
    report = sound.judge(tmp_path / "sound.pcapng")
    assert (report.outcome, reasons(report)) == (Outcome.PROTECTED, set())


def test_the_test_setup_alone_adds_no_reason(sound: Damaged, tmp_path: Path) -> None:
    sound.put_in(
        ethernet(ipv4(udp(b"plain words"), protocol=17)),
        *exchange([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]),
    )
    report = sound.judge(tmp_path / "sound.pcapng")
    assert (report.outcome, reasons(report)) == (Outcome.PROTECTED, set())


def test_marks_are_found_whichever_hosts_are_judged(sound: Damaged, tmp_path: Path) -> None:
    (port,) = {segment.target.port for _, segment in sound.segments() if segment.flags & (SYN | ACK) == SYN}
    sound.only = (f"localhost:{port}",)
    report = sound.judge(tmp_path / "sound.pcapng")
    assert (report.outcome, reasons(report)) == (Outcome.PROTECTED, set())
    assert report.account.left_out
    _no_end(sound)
    assert reasons(sound.judge(tmp_path / "damaged.pcapng")) == {"marks"}


def test_padding_of_marks_makes_no_match_by_chance_likelier(sound: Damaged, tmp_path: Path) -> None:
    """It is not searched, and with it, a secret of five characters would be too short."""
    sound.secret = b"fl!f5"
    mark = sound.recording.start_mark.encode()
    for padding, outcome in ((b" ", Outcome.PROTECTED), (b".", Outcome.INCONCLUSIVE)):
        frames = [*sound.frames]
        sound.put_in(*[ethernet(ipv4(udp(mark.ljust(50_000, padding)), protocol=17))] * 10)
        report = sound.judge(tmp_path / "padded.pcapng")
        assert (report.outcome, "chance" in reasons(report)) == (outcome, outcome is Outcome.INCONCLUSIVE)
        sound.frames = frames


BEGIN, STOP = b"overheard mark of another start", b"overheard mark of another end"


@for_each(
    first=[(), (BEGIN,), (STOP,)],
    last=[(), (STOP,), (BEGIN,)],
)
def test_of_two_recorders_the_marks_of_both_are_needed(
    sound: Damaged, tmp_path: Path, first: tuple[bytes, ...], last: tuple[bytes, ...]
) -> None:
    """They may come before or after those of the first, but the start marks must come before the end marks."""
    sound.recording = replace(sound.recording, other_marks=f"{BEGIN.decode()},{STOP.decode()}")
    frames = [[ethernet(ipv4(udp(mark), protocol=17)) for mark in marks] for marks in (first, last)]
    inner = [*frames[0], *(data for data, _ in sound.frames), *frames[1]]
    damaged = replace(sound, frames=[(data, len(data)) for data in inner])
    report = damaged.judge(tmp_path / "two.pcapng")
    good = (first, last) == ((BEGIN,), (STOP,))
    assert (report.outcome is Outcome.PROTECTED) == good
    assert reasons(report) == (set() if good else {"marks"})


@pytest.mark.parametrize("fault", FAULTS)
def test_each_alone_is_inconclusive_for_its_reason(sound: Damaged, tmp_path: Path, fault: str) -> None:
    damage, reason = FAULTS[fault]
    damage(sound)
    report = sound.judge(tmp_path / "damaged.pcapng")
    assert report.outcome is Outcome.INCONCLUSIVE
    assert reason in reasons(report)


@for_each(pair=itertools.permutations(FAULTS, 2))
def test_each_pair_is_inconclusive_for_both_reasons(sound: Damaged, tmp_path: Path, pair: tuple[str, str]) -> None:
    damaged = replace(sound, frames=[*sound.frames])
    for fault in pair:
        FAULTS[fault][0](damaged)
    report = damaged.judge(tmp_path / "damaged.pcapng")
    assert report.outcome is Outcome.INCONCLUSIVE
    assert {FAULTS[fault][1] for fault in pair} <= reasons(report)


def test_every_reason_says_what_to_do(sound: Damaged, tmp_path: Path) -> None:
    for damage, _ in FAULTS.values():
        damage(sound)
    for check in sound.judge(tmp_path / "damaged.pcapng").verdicts["message"].reasons:
        assert check.hint, check
