"""Rule 1: the recording is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.options import WHOLE
from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.recording import Recording
    from overheard_capture.judge.evidence import Case

_VOUCH = "record with our recorder, or vouch for the capture yourself (--vouch whole)"


def check_whole(case: Case) -> Iterator[Check]:
    """Check for every way in which a recording can be incomplete."""
    if case.evidence.recording:
        yield from _recorded(case, case.evidence.recording)
    else:
        yield _vouched(case)
    yield _closed(case)
    yield _drops(case)
    yield from _frames(case)
    yield from _streams(case)


def check_capture(case: Case) -> Iterator[Check]:
    """Check for what a capture itself shows to be missing; nobody need vouch for what is not in it.

    A recording that broke off is no such capture: what was to be recorded is known, and is not in it.
    """
    if case.evidence.recording:
        yield from _recorded(case, case.evidence.recording)
    yield _closed(case)
    if case.evidence.file.dropped is not None:
        yield _drops(case)
    yield from _frames(case)
    yield from (check for check in _streams(case) if check.code != "streams-complete")


def _check(code: str, holds: bool, good: str, bad: str, hint: str) -> Check:
    return Check(Rule.WHOLE, code, holds, good if holds else bad, "" if holds else hint)


def _recorded(case: Case, recording: Recording) -> Iterator[Check]:
    """Check that the recorder ran from before the traffic until after it."""
    by, only = f"{recording.tap} on {recording.interface}", ""
    if recording.is_relayed:
        by, only = recording.interface, ": only what went through it was recorded"
    code = "" if recording.exit_code is None else f", with exit code {recording.exit_code}"
    died = f"the recorder exited before it was stopped{code}"
    yield _check(
        "recorder-alive",
        recording.recorder_alive and recording.exit_code == 0,
        f"the recorder ({by}) ran until it was stopped, and exited cleanly{only}",
        f"{died}: {recording.recorder_said}" if recording.recorder_said else died,
        "record again; find out why the recorder exited, and whether memory or disk space ran out",
    )
    yield _marks(case, recording)


def _vouched(case: Case) -> Check:
    """For a file of another recorder, only the caller knows that it covers all of the traffic."""
    return _check(
        "vouched",
        WHOLE in case.evidence.vouched,
        "you vouch that it begins before the traffic and ends after it: nothing in the file proves it",
        f"{case.evidence.disbelieved or 'it has no marks of our recorder'}, "
        "and nobody vouches that it begins before the traffic and ends after it",
        _VOUCH,
    )


def _closed(case: Case) -> Check:
    damage = case.evidence.file.damage
    return _check(
        "closed",
        not damage,
        "the file was closed cleanly",
        f"the file is damaged: {damage}",
        "record again, and copy the file only after the recording has ended",
    )


def _drops(case: Case) -> Check:
    dropped = case.evidence.file.dropped
    if dropped is None and WHOLE in case.evidence.vouched:
        says = "you vouch that no packets were dropped: the file contains no drop count"
        return _check("no-drops", True, says, "", "")
    return _check(
        "no-drops",
        dropped == 0,
        "the recorder dropped no packets",
        "it is unknown whether packets were dropped: the file contains no drop count"
        if dropped is None
        else f"the recorder dropped {count(dropped, 'packet')}",
        "record again, with a larger OVERHEARD_CAPTURE_BUFFER_MIB or a narrower filter"
        if case.evidence.recording
        else "record again, with a larger buffer (dumpcap -B 64)",
    )


def _marks(case: Case, recording: Recording) -> Check:
    from overheard.words.recording import MARK_PORT  # noqa: PLC0415  (few captures are recordings of ours)

    starts, ends = (
        [case.facts.marks.get(mark, 0) for mark in each] for each in (recording.start_marks, recording.end_marks)
    )
    *rest, last = [str(frame) for frame in (*starts, *ends)]
    missing = ", ".join(f"the {name} mark" for name, found in (("start", starts), ("end", ends)) if not all(found))
    return _check(
        "marks",
        min(starts) > 0 and max(starts) < min(ends),
        f"{'all' if recording.other_marks else 'both'} marks were recorded, in frames {', '.join(rest)} and {last}",
        f"missing: {missing}" if missing else "the end mark precedes the start mark",
        f"record again; check that the filter includes the marks (udp port {MARK_PORT})",
    )


def _frames(case: Case) -> Iterator[Check]:
    facts, recording = case.facts, case.evidence.recording
    length = f" by a snap length of {count(recording.snap_length, 'byte')}" if recording else ""
    yield _check(
        "frames-whole",
        not facts.cut_short,
        f"every frame is complete ({count(facts.frames, 'frame')})",
        f"truncated{length}: {count(facts.cut_short.count, 'frame')}",
        "record again with OVERHEARD_CAPTURE_SNAP_LENGTH=0" if recording else "record again, without a snap length",
    )
    yield _check(
        "fragments-whole",
        not facts.fragments,
        "every fragmented IP packet and SCTP message is complete",
        f"fragments are missing or conflict: {facts.fragments}",
        "record again; the recorder began too late, lost packets, or listened on the wrong interface",
    )


def _streams(case: Case) -> Iterator[Check]:
    facts = case.facts
    left_out = f": --only and --without left out {facts.left_out} of {count(facts.frames, 'frame')}"
    recording = case.evidence.recording
    said = (
        f"; the relay said: {recording.recorder_said}"
        if recording and recording.is_relayed and recording.recorder_said
        else ""
    )
    yield _check(
        "something",
        facts.flows_with_payload + facts.icmp > 0,
        f"{count(facts.flows_with_payload, 'flow')} and {count(facts.icmp, 'ICMP message')} carried data",
        f"no flow, and no ICMP message, carried data{left_out if facts.left_out else said}",
        "check the hosts and ports: without --only and --without, all flows are listed"
        if facts.left_out
        else "check that the interface and the filter match the traffic",
    )
    yield _check(
        "no-gaps",
        not facts.gaps,
        "no byte is missing in any stream",
        f"bytes are missing: {facts.gaps}",
        "record again; the recorder began too late, lost packets, or listened on the wrong interface",
    )
    yield _check(
        "streams-complete",
        not facts.incomplete,
        "every stream was seen from SYN to FIN or RST, or was never established",
        f"{count(facts.incomplete.count, 'stream')} without beginning or end ({facts.incomplete})",
        "begin the recording before the first connection, and end it after the last one is closed",
    )
    yield _check(
        "no-conflicts",
        not facts.conflicts,
        "no retransmission differs from the first transmission",
        f"retransmissions differ from the first transmission in {facts.conflicts}",
        "inspect the retransmissions in Wireshark: it is unknown which bytes the receiver used",
    )
    yield _check(
        "in-order",
        not facts.late and not facts.evicted,
        "every segment was reassembled",
        f"segments arrived too late to be reassembled: {facts.late}"
        if facts.late
        else f"too many concurrent connections: {facts.evicted} were evicted",
        "judge a part of it (editcap -A and -B, or --only), or record again closer to one of the two ends",
    )
