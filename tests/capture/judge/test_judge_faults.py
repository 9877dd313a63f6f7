"""Every kind of incomplete recording is INCONCLUSIVE with its reason, and never PROTECTED: each fault is real."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.recordings import reasons
from overheard.words.secret import Secret
from overheard.words.verdict import Outcome, Presence, under_control
from overheard_capture.judge import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings


def test_a_sound_https_recording_is_protected(recordings: Recordings) -> None:
    """The control: without a fault, every check holds."""
    verdict = recordings.verdict("https")
    assert (verdict.outcome, verdict.presence, reasons(verdict)) == (Outcome.PROTECTED, Presence.KEY_LOG, set())


def test_a_sound_http_recording_is_overheard(recordings: Recordings) -> None:
    verdict = recordings.verdict("http")
    assert verdict.outcome is Outcome.OVERHEARD
    assert reasons(verdict) == {"absent"}


def test_a_failed_handshake_sent_nothing(recordings: Recordings) -> None:
    verdict = recordings.verdict("untrusted")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.NOT_SENT, {"never-sent"})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("killed", "recorder-alive"),
        ("killed", "no-drops"),
        ("killed", "marks"),
        ("snapped", "frames-whole"),
        ("snapped", "marks"),
        ("snapped", "no-gaps"),
        ("lost", "no-gaps"),
        ("filtered", "something"),
        ("filtered", "marks"),
        ("unmarked", "marks"),
        ("flooded", "no-drops"),
        ("quiet", "something"),
        ("late", "streams-complete"),
        ("smuggled", "readable"),
    ],
)
def test_a_fault_is_inconclusive_with_its_reason(recordings: Recordings, fault: str, reason: str) -> None:
    verdict = recordings.verdict(fault)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert reason in reasons(verdict)


def test_a_recording_does_not_end_before_its_streams(recordings: Recordings) -> None:
    """A server that closes its side a second after its client is waited for."""
    verdict = recordings.verdict("dawdled")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())


@pytest.mark.parametrize(("fault", "only"), [("unmarked", {"marks"}), ("late", {"streams-complete"})])
def test_a_single_fault_is_the_only_reason(recordings: Recordings, fault: str, only: set[str]) -> None:
    """Checks without a fault hold."""
    assert reasons(recordings.verdict(fault)) == only


def test_every_reason_says_what_to_do(recordings: Recordings) -> None:
    for fault in ("killed", "snapped", "lost", "filtered", "unmarked", "flooded", "late"):
        for check in recordings.verdict(fault).reasons:
            assert check.hint, check


@pytest.mark.parametrize("kept", [0.99, 0.7, 0.3])
def test_a_truncated_file_is_inconclusive(recordings: Recordings, tmp_path: Path, kept: float) -> None:
    whole = recordings.path("https").read_bytes()
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(whole[: int(len(whole) * kept)])
    verdict = recordings.judge("https", path=cut)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "closed" in reasons(verdict)


def test_a_file_truncated_between_two_blocks_is_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    """The file itself is intact, but drop counts are unknown, and the end mark is missing."""
    whole = recordings.path("https").read_bytes()
    cut = tmp_path / "cut.pcapng"
    statistics = int.from_bytes(whole[-4:], "little")
    cut.write_bytes(whole[:-statistics])
    verdict = recordings.judge("https", path=cut)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert reasons(verdict) == {"no-drops"}


@pytest.mark.parametrize("content", [b"", b"no capture at all"])
def test_a_file_that_is_not_a_capture_is_inconclusive(recordings: Recordings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.pcapng"
    path.write_bytes(content)
    verdict = recordings.judge("https", path=path)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"readable-file"})


def test_a_missing_file_is_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    verdict = recordings.judge("https", path=tmp_path / "gone.pcapng")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"readable-file"})


@pytest.mark.parametrize("name", ["https", "untrusted"])
def test_the_key_log_of_another_run_is_inconclusive(recordings: Recordings, name: str) -> None:
    """Real keys of a connection that is not recorded: they decrypt nothing, and prove nothing about what was sent."""
    verdict = recordings.judge(name, keys=Keys(recordings.other_keys))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"present"})


def test_no_key_log_is_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    for keys in (None, tmp_path / "none.keys"):
        assert reasons(recordings.judge("https", keys=Keys(keys))) == {"present"}


def test_a_message_that_was_not_sent_is_not_protected(recordings: Recordings) -> None:
    """The keys decrypt everything, and the secret is in none of it."""
    verdict = recordings.judge("https", secret=Secret("other", b"bushy tail"))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"present"})


def test_a_secret_that_may_match_by_chance_is_inconclusive(recordings: Recordings) -> None:
    verdict = recordings.judge("https", secret=Secret("short", b"fluf"))
    assert verdict.outcome is not Outcome.PROTECTED
    assert "chance" in reasons(verdict)


def test_the_recorders_notes_count(recordings: Recordings) -> None:
    """A file that looks complete is not if the recorder had ended before it was stopped."""
    said = recordings.judge_input("https").recording
    for changed in (replace(said, recorder_alive=False), replace(said, exit_code=1)):
        assert reasons(recordings.judge("https", recording=changed)) == {"recorder-alive"}


def test_the_marks_of_another_recording_do_not_count(recordings: Recordings) -> None:
    mine, other = (recordings.judge_input(name).recording for name in ("https", "http"))
    for changed in (
        replace(mine, start_mark=other.start_mark),
        replace(mine, end_mark=other.end_mark),
        replace(mine, start_mark=mine.end_mark, end_mark=mine.start_mark),
    ):
        assert reasons(recordings.judge("https", recording=changed)) == {"marks"}


def test_without_its_positive_control_nothing_in_a_run_is_protected(recordings: Recordings) -> None:
    """Whether the control is missing, or is not OVERHEARD."""
    https, http, quiet = (recordings.verdict(name) for name in ("https", "http", "quiet"))
    assert under_control({"https": https, "http": http}, "http")["https"].outcome is Outcome.PROTECTED
    for run in ({"https": https}, {"https": https, "http": https}, {"https": https, "http": quiet}):
        verdict = under_control(run, "http")["https"]
        assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"control"})
