"""What the judge says about a window, here in the same process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, udp
from capture.timeline import Timed, recorded
from lab.sidecar.jobs import HELLO, LOGIN, OK, SECRET, SENT, job, mark, without_secrets
from overheard.sidecar.judge_process import judge_window
from overheard.sidecar.window import Judged, State
from overheard.words.errors import UnreadableError
from overheard.words.options import Options
from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from pathlib import Path

DNS_QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"
CLOCK = Check(Rule.WHOLE, "clock", holds=False, says="the clock was changed", hint="record again")


def reasons(judged: Judged) -> set[str]:
    return {reason.code for reason in judged.reasons}


def test_a_secret_in_clear_is_overheard_and_masked(tmp_path: Path) -> None:
    judged = judge_window(job(tmp_path, exchange([LOGIN], [OK])))
    assert judged.secrets == {"password": State.OVERHEARD}
    assert judged.seen == {"password": 1}
    (seen,) = judged.sightings
    assert (seen["secret"], seen["frame"], seen["how"]) == ("password", 5, "plainly")
    assert SECRET.value.decode() not in str(judged.to_json())
    assert (judged.flows.sealed, judged.flows.clear, judged.dropped) == (0, 1, 0)
    assert judged.packets == len(exchange([LOGIN], [OK])) + 2


def test_what_is_vouched_for_and_not_seen_is_protected(tmp_path: Path) -> None:
    assert judge_window(job(tmp_path, exchange([HELLO], [OK]))).state is State.PROTECTED


def test_a_window_without_traffic_is_quiet(tmp_path: Path) -> None:
    for number, options in enumerate((SENT, Options(), Options(required=("sealed",)))):
        made = job(tmp_path / f"{number}", [], options=options)
        assert judge_window(made).state is State.QUIET
    assert judge_window(without_secrets(job(tmp_path / "none", []))).secrets == {"credentials": State.QUIET}


def test_without_keys_nothing_proves_that_it_was_sent(tmp_path: Path) -> None:
    judged = judge_window(replace(job(tmp_path, exchange([HELLO], [OK]), options=Options()), keys=[tmp_path / "none"]))
    assert judged.state is State.QUIET
    assert reasons(judged) == {"present"}


def test_packets_that_were_lost_are_a_reason_in_a_quiet_window_too(tmp_path: Path) -> None:
    made = job(tmp_path, [])
    recorded(made.folder / "recorded.pcapng", [Timed(1, mark(1)), Timed(60, mark(2))], dropped=3)
    judged = judge_window(made)
    assert (judged.state, judged.dropped) == (State.INCONCLUSIVE, 3)
    assert "no-drops" in reasons(judged)


def test_marks_that_are_missing_are_a_reason_in_a_quiet_window_too(tmp_path: Path) -> None:
    made = job(tmp_path, [])
    recorded(made.folder / "recorded.pcapng", [Timed(1, mark(1))])
    assert judge_window(made).state is State.INCONCLUSIVE


def test_a_fault_of_the_surroundings_is_a_reason_unless_it_was_overheard(tmp_path: Path) -> None:
    """Also in a window without traffic."""
    for number, (frames, state) in enumerate(
        (
            ([], State.INCONCLUSIVE),
            (exchange([HELLO], [OK]), State.INCONCLUSIVE),
            (exchange([LOGIN], [OK]), State.OVERHEARD),
        )
    ):
        judged = judge_window(replace(job(tmp_path / f"{number}", frames), faults=[CLOCK]))
        assert judged.state is state
        assert "clock" in reasons(judged)


def test_a_secret_in_a_connection_that_is_open_is_overheard_at_once(tmp_path: Path) -> None:
    judged = judge_window(job(tmp_path, exchange([LOGIN], [])[:-3], last=False))
    assert (judged.state, judged.in_open) == (State.OVERHEARD, True)
    assert judged.open == ("TCP 127.0.0.1:45000 ↔ 127.0.0.1:5683",)
    assert judged.seen == {"password": 1}


def test_nothing_else_is_said_about_one_that_is_open(tmp_path: Path) -> None:
    judged = judge_window(job(tmp_path, exchange([HELLO], [])[:-3], last=False))
    assert (judged.state, judged.waits) == (State.QUIET, False)
    judged = judge_window(job(tmp_path / "last", exchange([HELLO], [])[:-3]))
    assert judged.state is State.INCONCLUSIVE
    assert "streams-complete" in reasons(judged)


@pytest.mark.parametrize(
    ("endpoints", "told"), [((), True), ((":5683",), True), (("127.0.0.1:5683", ":1"), True), ((":1",), False)]
)
def test_that_one_is_in_clear_is_said_while_it_is_open_if_it_must_be_sealed(
    tmp_path: Path, endpoints: tuple[str, ...], told: bool
) -> None:
    options = Options(vouched=("sent",), required=("sealed",), sealed_endpoints=endpoints)
    judged = judge_window(job(tmp_path, exchange([HELLO], [])[:-3], options=options, last=False))
    assert judged.state is State.QUIET
    assert judged.waits is told
    for reason in judged.reasons[:told]:
        assert reason.says == "still open, and in clear so far: 127.0.0.1:45000 → 127.0.0.1:5683 (HTTP/1.1)"
    assert judge_window(without_secrets(job(tmp_path / "none", exchange([HELLO], [])[:-3], last=False))).waits


@pytest.mark.parametrize(
    ("port", "data", "told"), [(53, DNS_QUERY, False), (9, b"hello hello hello", True), (9, bytes(range(99)), True)]
)
def test_of_open_flows_infrastructure_may_be_in_clear_and_what_a_record_of_tls_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int, data: bytes, told: bool
) -> None:
    monkeypatch.setattr("overheard_capture.recorder.flows._IDLE", 300.0)
    frames = [*exchange([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(90))], [])[:-3]]
    frames.append(ethernet(ipv4(udp(data, target=port), 17)))
    judged = judge_window(without_secrets(job(tmp_path, frames, last=False)))
    assert len(judged.open) == 2
    assert judged.waits is told, judged.reasons


def test_what_outgrows_its_room_is_a_reason(tmp_path: Path) -> None:
    made = replace(job(tmp_path, exchange([HELLO], [])[:-3], last=False), carry=50)
    judged = judge_window(made)
    assert judged.state is State.INCONCLUSIVE
    assert {"carried", "streams-complete"} <= reasons(judged)
    assert any("OVERHEARD_CARRY_MIB" in reason.hint for reason in judged.reasons)


def test_without_secrets_credentials_are_looked_for_and_masked(tmp_path: Path) -> None:
    login = b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic dXNlcjpmbHVmZnkgdGFpbA==\r\n\r\n"
    judged = judge_window(without_secrets(job(tmp_path, exchange([login], [OK]))))
    assert judged.secrets == {"credentials": State.OVERHEARD}
    assert "fluffy tail" not in str(judged.to_json())
    assert "dXNlcjpmbHVmZnkgdGFpbA" not in str(judged.to_json())


def test_several_secrets_have_a_reason_once(tmp_path: Path) -> None:
    made = job(tmp_path, exchange([HELLO], [OK]))
    judged = judge_window(replace(made, secrets=[SECRET, replace(SECRET, name="other")], faults=[CLOCK]))
    (clock,) = (reason for reason in judged.reasons if reason.code == "clock")
    assert clock.secrets == ("password", "other")


def test_a_recording_that_is_none_is_an_error(tmp_path: Path) -> None:
    made = job(tmp_path, [])
    (made.folder / "recorded.pcapng").write_bytes(b"")
    with pytest.raises(UnreadableError):
        judge_window(made)
