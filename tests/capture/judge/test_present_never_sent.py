"""`never-sent` is reported only if no TLS stream contains any application data."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange
from capture.recordings import Doctored, reasons, says
from overheard.words.verdict import Outcome
from overheard_capture.judge import Keys
from overheard_capture.judge.evidence import Evidence
from overheard_capture.scan.flow_kind import FlowKind
from overheard_capture.wireshark.tshark import TsharkInput
from stage import ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

PORTS = [service.port for service in ELSEWHERE]


@pytest.mark.parametrize("name", ["untrusted", *(f"refused-{port}" for port in PORTS)])
def test_a_refused_handshake_sent_nothing(recordings: Recordings, name: str) -> None:
    """At any port."""
    verdict = recordings.verdict(name)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.NOT_SENT, {"never-sent"})
    assert says(verdict, "never-sent") == ("it never left: 1 TLS stream, and no application data in either direction")


def test_what_is_in_clear_beside_it_may_have_been_anything(recordings: Recordings) -> None:
    verdict = recordings.verdict("mistaken")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"no-data-in-tls"})
    assert "no application data in 1 TLS stream, but it may have been sent all the same: " in says(
        verdict, "no-data-in-tls"
    )


@pytest.mark.parametrize("port", PORTS)
def test_data_at_the_port_of_another_protocol_was_sent(recordings: Recordings, port: int) -> None:
    assert recordings.judge(f"elsewhere-{port}").outcome is Outcome.PROTECTED
    for keys in (Keys(recordings.other_keys), Keys()):
        verdict = recordings.judge(f"elsewhere-{port}", keys=keys)
        assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"present"})


@pytest.mark.parametrize("name", [f"{what}-{port}" for what in ("elsewhere", "refused") for port in PORTS])
def test_tls_that_tshark_does_not_recognise_is_not_reported_as_empty(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By itself, it takes these for another protocol, and sees no application data in any of them."""
    monkeypatch.setattr(Evidence, "tshark_input", property(lambda evidence: TsharkInput(evidence.path)))
    verdict = recordings.judge(name)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"present"})


@pytest.mark.parametrize("message", [b"fluffy tail", b"bushy tail"])
def test_one_stream_with_data_suffices_against_it(recordings: Recordings, tmp_path: Path, message: bytes) -> None:
    """Beside a refused connection, whose keys are known."""
    merged = tmp_path / "merged.pcapng"
    files = [recordings.path(name) for name in ("untrusted", "elsewhere-5445")]
    subprocess.run(["mergecap", "-w", merged, *files], check=True)
    secret = recordings.judge_input("https").secret
    verdict = recordings.judge("untrusted", path=merged, secret=type(secret)("other", message))
    assert {"never-sent", "no-data-in-tls"}.isdisjoint(check.code for check in verdict.checks)


def test_mismatched_protocols_on_a_port_are_recognised(recordings: Recordings) -> None:
    visible = recordings.verdict("mistaken").visible
    assert [stream.content for stream in visible].count(FlowKind.MISMATCHED) >= 1
    assert [stream.content for stream in visible][-1] == FlowKind.TLS


def test_failed_streams_beside_it_leave_an_exchange_protected(recordings: Recordings) -> None:
    verdict = recordings.verdict("mistaken-https")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())


def test_a_secret_that_was_sent_by_mistake_is_overheard(doctored: Doctored) -> None:
    """In clear, to a server that only responds with an alert."""
    alert = b"\x15\x03\x01\x00\x02\x02\x46"
    request = b"GET /%s HTTP/1.1\r\nHost: server\r\n\r\n"
    silent = doctored.judge(exchange([request % b"bushy+tail"], [alert]))
    assert (silent.outcome, silent.visible[-1].content) == (Outcome.PROTECTED, FlowKind.MISMATCHED)
    assert doctored.judge(exchange([request % b"fluffy+tail"], [alert])).outcome is Outcome.OVERHEARD


def test_without_a_tls_stream_it_is_not_reported(recordings: Recordings) -> None:
    for name in ("quiet", "fernet"):
        assert {"never-sent", "no-data-in-tls"}.isdisjoint(reasons(recordings.verdict(name)))


def test_without_the_keys_of_the_connection_it_is_unknown(recordings: Recordings) -> None:
    """Encrypted handshake records look like data."""
    for keys in (Keys(recordings.other_keys), Keys()):
        assert reasons(recordings.judge("untrusted", keys=keys)) == {"present"}
    # Whoever holds them.
    verdict = recordings.judge("untrusted", keys=Keys(recordings.other_keys), spy=Keys(recordings.keys))
    assert reasons(verdict) == {"never-sent"}
