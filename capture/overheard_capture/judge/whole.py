"""Rule 1: the recording is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.recording import MARK_PORT
from overheard.words.verdict import Check, Rule
from overheard_capture.content import Content
from overheard_capture.judge.wording import count, some
from overheard_capture.packets import Datagram, Fragment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.judge.case import Case


def whole(case: Case) -> Iterator[Check]:
    """Every way in which a recording can be less than all that crossed the wire."""
    yield from _recorder(case)
    yield _marks(case)
    yield from _frames(case)
    yield from _streams(case)


def _check(code: str, holds: bool, good: str, bad: str, hint: str) -> Check:
    return Check(Rule.WHOLE, code, holds, good if holds else bad, "" if holds else hint)


def _recorder(case: Case) -> Iterator[Check]:
    recording, dropped = case.recording, case.capture.dropped
    died = f"the recorder had died before it was stopped, with exit code {recording.exit_code}"
    yield _check(
        "recorder-alive",
        recording.recorder_alive and recording.exit_code == 0,
        "the recorder was alive at the end and stopped cleanly",
        f"{died}: {recording.recorder_said}" if recording.recorder_said else died,
        "record again; see who ended dumpcap, and whether memory or disk ran out",
    )
    yield _check(
        "closed",
        not case.capture.damage,
        "the file was closed cleanly",
        f"the file is damaged: {case.capture.damage}",
        "record again, and copy the file only after the recording has ended",
    )
    yield _check(
        "no-drops",
        dropped == 0,
        "the recorder dropped no packet",
        "the file does not say what the recorder dropped"
        if dropped is None
        else f"the recorder dropped {dropped} packets",
        "record again, with a larger OVERHEARD_CAPTURE_BUFFER_MIB or a narrower filter",
    )


def _marks(case: Case) -> Check:
    def frame_of(mark: str) -> int:
        payload = mark.encode()
        marks = (packet for packet in case.packets if isinstance(packet, Datagram))
        return next((packet.frame for packet in marks if packet.payload == payload), 0)

    start, end = frame_of(case.recording.start_mark), frame_of(case.recording.end_mark)
    missing = ", ".join(f"the {name} mark" for name, frame in (("start", start), ("end", end)) if not frame)
    return _check(
        "marks",
        0 < start < end,
        f"both marks are there, in frames {start} and {end}",
        f"not there: {missing}" if missing else "the end mark stands before the start mark",
        f"record again; see that the filter lets the marks through (udp port {MARK_PORT})",
    )


def _frames(case: Case) -> Iterator[Check]:
    short = [frame.number for frame in case.capture.frames if frame.cut_short]
    yield _check(
        "frames-whole",
        not short,
        f"all {count(len(case.capture.frames), 'frame')} are whole",
        f"cut short by a snap length of {case.recording.snap_length} bytes: {count(len(short), 'frame')}",
        "record again with OVERHEARD_CAPTURE_SNAP_LENGTH=0",
    )
    fragments = [packet.frame for packet in case.packets if isinstance(packet, Fragment)]
    yield _check(
        "no-fragments",
        not fragments,
        "no IP packet was sent in parts",
        f"IP packets were sent in parts, in frames {some(fragments)}",
        "this version does not put IP fragments together: raise the MTU, or look with tshark",
    )


def _streams(case: Case) -> Iterator[Check]:
    busy = [number for number, what in case.contents.items() if what is not Content.NOTHING]
    yield _check(
        "something",
        bool(busy),
        f"{count(len(busy), 'TCP stream')} carried something",
        "no TCP stream carried anything",
        "see that the interface and the filter are those of the traffic that you ask about",
    )
    gaps = [f"{missing} of {direction}" for direction, missing in case.missing]
    yield _check(
        "no-gaps",
        not gaps,
        "no byte is missing in any stream",
        f"bytes are missing: {some(gaps)}",
        "record again; the recorder saw too late, too little, or on the wrong interface",
    )
    open_ended = [stream.number for stream in case.streams if not stream.complete]
    yield _check(
        "streams-complete",
        not open_ended,
        "every stream was seen from SYN to FIN or RST",
        f"the beginning or the end was not seen of {count(len(open_ended), 'stream')} ({some(open_ended)})",
        "begin the recording before the first connection, and end it after the last is closed",
    )
    disputed = [str(direction) for stream in case.streams for direction in stream.directions if direction.conflicts]
    yield _check(
        "no-conflicts",
        not disputed,
        "no byte was sent twice with two values",
        f"two segments disagree on the same bytes of {some(disputed)}",
        "look at the retransmissions in Wireshark: which of the two the receiver took cannot be known",
    )
