"""Rule 1: the recording is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.options import WHOLE
from overheard.words.recording import MARK_PORT
from overheard.words.verdict import Check, Rule
from overheard_capture.judge.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.recording import Recording
    from overheard_capture.judge.evidence import Case

_VOUCH = "have our recorder make it, or vouch for it yourself (--vouch whole)"


def whole(case: Case) -> Iterator[Check]:
    """Every way in which a recording can be less than all that crossed the wire."""
    if case.evidence.recording:
        yield from _recorder(case.evidence.recording)
        yield _marks(case, case.evidence.recording)
    else:
        yield _vouched(case)
    yield from _file(case)
    yield from _frames(case)
    yield from _streams(case)


def _check(code: str, holds: bool, good: str, bad: str, hint: str) -> Check:
    return Check(Rule.WHOLE, code, holds, good if holds else bad, "" if holds else hint)


def _recorder(recording: Recording) -> Iterator[Check]:
    died = f"the recorder had died before it was stopped, with exit code {recording.exit_code}"
    yield _check(
        "recorder-alive",
        recording.recorder_alive and recording.exit_code == 0,
        "the recorder was alive at the end and stopped cleanly",
        f"{died}: {recording.recorder_said}" if recording.recorder_said else died,
        "record again; see who ended dumpcap, and whether memory or disk ran out",
    )


def _vouched(case: Case) -> Check:
    """Of a strange file only the caller can say that it began before the traffic, and ended after it."""
    return _check(
        "vouched",
        WHOLE in case.evidence.vouched,
        "that it begins before the traffic and ends after it, you say: nothing in the file proves it",
        "nobody vouches that it begins before the traffic and ends after it: there are no marks of a recorder of ours",
        _VOUCH,
    )


def _file(case: Case) -> Iterator[Check]:
    damage, dropped = case.evidence.file.damage, case.evidence.file.dropped
    yield _check(
        "closed",
        not damage,
        "the file was closed cleanly",
        f"the file is damaged: {damage}",
        "record again, and copy the file only after the recording has ended",
    )
    if dropped is None and WHOLE in case.evidence.vouched:
        yield _check("no-drops", True, "that nothing was dropped, you say: the file does not", "", "")
        return
    yield _check(
        "no-drops",
        dropped == 0,
        "the recorder dropped no packet",
        "the file does not say what the recorder dropped"
        if dropped is None
        else f"the recorder dropped {dropped} packets",
        "record again, with a larger OVERHEARD_CAPTURE_BUFFER_MIB or a narrower filter"
        if case.evidence.recording
        else "record again, with a larger buffer (dumpcap -B 64)",
    )


def _marks(case: Case, recording: Recording) -> Check:
    def frame_of(mark: str) -> int:
        return case.facts.marks.get(mark.encode(), 0)

    start, end = frame_of(recording.start_mark), frame_of(recording.end_mark)
    missing = ", ".join(f"the {name} mark" for name, frame in (("start", start), ("end", end)) if not frame)
    return _check(
        "marks",
        0 < start < end,
        f"both marks are there, in frames {start} and {end}",
        f"not there: {missing}" if missing else "the end mark stands before the start mark",
        f"record again; see that the filter lets the marks through (udp port {MARK_PORT})",
    )


def _frames(case: Case) -> Iterator[Check]:
    facts, recording = case.facts, case.evidence.recording
    length = f" by a snap length of {recording.snap_length} bytes" if recording else ""
    yield _check(
        "frames-whole",
        not facts.cut_short,
        f"all {count(facts.frames, 'frame')} are whole",
        f"cut short{length}: {count(facts.cut_short.count, 'frame')}",
        "record again with OVERHEARD_CAPTURE_SNAP_LENGTH=0" if recording else "record again, without a snap length",
    )
    yield _check(
        "fragments-whole",
        not facts.fragments,
        "every IP packet that was sent in parts is there as a whole",
        f"of IP packets that were sent in parts: {facts.fragments}",
        "record again; the recorder saw too late, too little, or on the wrong interface",
    )


def _streams(case: Case) -> Iterator[Check]:
    facts = case.facts
    yield _check(
        "something",
        facts.busy > 0,
        f"{count(facts.busy, 'flow')} carried something",
        "no TCP stream carried anything, nor did QUIC or DTLS",
        "see that the interface and the filter are those of the traffic that you ask about",
    )
    yield _check(
        "no-gaps",
        not facts.gaps,
        "no byte is missing in any stream",
        f"bytes are missing: {facts.gaps}",
        "record again; the recorder saw too late, too little, or on the wrong interface",
    )
    yield _check(
        "streams-complete",
        not facts.open_ended,
        "every stream was seen from SYN to FIN or RST",
        f"the beginning or the end was not seen of {count(facts.open_ended.count, 'stream')} ({facts.open_ended})",
        "begin the recording before the first connection, and end it after the last is closed",
    )
    yield _check(
        "no-conflicts",
        not facts.conflicts,
        "no byte was sent twice with two values",
        f"two segments disagree on the same bytes of {facts.conflicts}",
        "look at the retransmissions in Wireshark: which of the two the receiver took cannot be known",
    )
    yield _check(
        "in-order",
        not facts.late and not facts.evicted,
        "every segment could be put in its place",
        f"segments came too late to be put in their place: {facts.late}"
        if facts.late
        else f"more connections at once than are kept: {facts.evicted} were let go of",
        "judge a part of it (editcap -A and -B, or --only), or record again nearer to one of both ends",
    )
