"""The capture role as the client sees it, over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.servers import Answers, serving
from overheard.words.errors import RecordingError
from overheard.words.result import Exchange, Result
from overheard.words.verdict import Outcome, Verdict
from overheard_services.client.sidecar import Sidecar
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSAL = json.dumps({"error": "'http' is being recorded\n  end it first"}).encode()


@pytest.fixture
def answers() -> Answers:
    return Answers(body=b"{}", content_type="application/json")


@pytest.fixture
def sidecar(answers: Answers) -> Iterator[Sidecar]:
    with serving(answers) as url:
        yield Sidecar(url, "the token", "mine")


def test_it_records_within_the_with_block(sidecar: Sidecar, answers: Answers) -> None:
    with sidecar.recording("http"):
        assert [(method, path) for method, path, _ in answers.asked] == [("POST", "/runs/mine/recordings/http")]
    assert answers.asked[1][:2] == ("POST", "/runs/mine/recordings/http/end")
    assert {headers["Authorization"] for _, _, headers in answers.asked} == {"Bearer the token"}


def test_it_ends_the_recording_even_if_the_block_fails(sidecar: Sidecar, answers: Answers) -> None:
    with pytest.raises(ZeroDivisionError), sidecar.recording("http"):
        _ = 1 / 0
    assert [path for _, path, _ in answers.asked][-1] == "/runs/mine/recordings/http/end"


def test_it_returns_the_verdicts(sidecar: Sidecar, answers: Answers) -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, ())
    answers.body = json.dumps({"http": verdict.to_json()}).encode()
    assert sidecar.verdicts() == {"http": verdict}


def test_it_hands_over_what_the_client_saw_and_the_results(sidecar: Sidecar, answers: Answers) -> None:
    """The capture role keeps both beside the recordings."""
    with sidecar.recording("http") as seen:
        seen.append(Exchange("a GET", received=True))
    sidecar.keep([Result.of_skipped("https", "it needs more")])
    assert [(method, path) for method, path, _ in answers.asked][1:] == [
        ("POST", "/runs/mine/recordings/http/end"),
        ("PUT", "/runs/mine/results"),
    ]


@pytest.mark.parametrize("status", [401, 404, 409])
def test_a_refusal_is_passed_on_and_the_block_does_not_run(sidecar: Sidecar, answers: Answers, status: int) -> None:
    answers.status, answers.body = status, REFUSAL
    with pytest.raises(RecordingError) as caught, sidecar.recording("http"):
        pytest.fail("this must not be recorded")
    assert str(caught.value) == "the capture role refused: 'http' is being recorded\n  end it first"
    with pytest.raises(RecordingError, match="is being recorded"):
        sidecar.verdicts()


def test_an_invalid_response_is_an_error(sidecar: Sidecar, answers: Answers) -> None:
    answers.status, answers.body = 500, b"<html>Internal Server Error</html>"
    with pytest.raises(RecordingError, match="the capture role at"):
        sidecar.verdicts()


def test_a_closed_port_is_an_error_with_a_hint() -> None:
    with pytest.raises(RecordingError, match="Connection refused") as caught:
        Sidecar(f"http://127.0.0.1:{free_port()}", "the token", "mine").verdicts()
    assert caught.value.hint == "see its log"
    assert "the token" not in str(caught.value)


def test_a_proxy_is_ignored(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would learn the token."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert sidecar.verdicts() == {}
