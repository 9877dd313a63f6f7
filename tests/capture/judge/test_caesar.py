"""Breaking Caesar's cipher: the shift is found in what was sent, without knowledge of the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, udp
from overheard.words.caesar import shifted
from overheard.words.secret import Secret
from overheard.words.verdict import Outcome
from overheard_capture.judge import Keys

if TYPE_CHECKING:
    from capture.recordings import Doctored, Recordings
    from overheard.words.verdict import Verdict

REQUEST = b"GET /substitution HTTP/1.1\r\nHost: server\r\n\r\n"
MESSAGES = ["meet me at midnight", "acorns under the oak", "Attack at Dawn!", "the squirrel sleeps", "winter"]
HEAD = "HTTP/1.1 200 OK\r\nServer: gunicorn\r\nContent-Type: text/plain; charset=utf-8\r\n"


def judged(doctored: Doctored, message: str, *answered: str) -> Verdict:
    parts = [part.encode() for part in answered]
    return doctored.judge(exchange([REQUEST], parts), secret=Secret("message", message.encode()))


def test_the_message_of_the_story_is_broken(recordings: Recordings) -> None:
    verdict = recordings.verdict("substitution")
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, 1)
    assert [sighting.how for sighting in verdict.sightings] == ["letters shifted by 25"]


@pytest.mark.parametrize("name", ["http", "https", "fernet", "untrusted", "quiet"])
def test_without_a_shift_nothing_is_broken(recordings: Recordings, name: str) -> None:
    assert recordings.judge(name, keys=Keys(recordings.keys, recordings.shared)).broken is None


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("by", [1, 3, 13, 25])
def test_other_messages_are_broken_at_any_shift(doctored: Doctored, message: str, by: int) -> None:
    verdict = judged(doctored, message, f"{HEAD}\r\n{shifted(message, by)}")
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, 26 - by)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("{head}X-Message: {}\r\n\r\nnothing here", id="a header"),
        pytest.param("{head}Set-Cookie: message={}; Path=/; HttpOnly\r\n\r\n", id="a cookie"),
        pytest.param('{head}\r\n{{"message": "{}", "status": "okay"}}', id="JSON"),
        pytest.param("{head}\r\n<html><body>The message is:<p>{}</p></body></html>", id="markup"),
        pytest.param("{head}\r\nThe first line is plain.\n{}\nAnd so is the third.\n", id="a line among others"),
        pytest.param("{head}\r\n\n\n\n{}", id="empty lines before it"),
    ],
)
def test_it_is_broken_at_any_place_in_a_response(doctored: Doctored, written: str) -> None:
    for message in MESSAGES:
        verdict = judged(doctored, message, written.format(shifted(message, 25), head=HEAD))
        assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, 1)


def test_it_is_broken_if_the_secret_is_only_part_of_the_line(doctored: Doctored) -> None:
    verdict = judged(doctored, "squirrel", HEAD + "\r\n" + shifted("the squirrel sleeps", 7))
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, 19)


@pytest.mark.parametrize("size", [1, 5, 30])
def test_it_is_broken_if_it_is_split_over_segments(doctored: Doctored, size: int) -> None:
    answer = HEAD + "\r\n" + shifted("meet me at midnight", 4)
    parts = [answer[begin : begin + size] for begin in range(0, len(answer), size)]
    assert judged(doctored, "meet me at midnight", *parts).broken == 22


def test_requests_are_broken_like_responses(doctored: Doctored) -> None:
    request = b"POST / HTTP/1.1\r\nHost: server\r\n\r\n" + shifted("meet me at midnight", 4).encode()
    secret = Secret("message", b"meet me at midnight")
    assert doctored.judge(exchange([request], [b"HTTP/1.1 204 No Content\r\n\r\n"]), secret=secret).broken == 22


@pytest.mark.parametrize("message", ["zqxjkvb wmfgpt", "rhythm myrrh"])
def test_a_message_that_does_not_resemble_english_is_overheard_but_not_broken(doctored: Doctored, message: str) -> None:
    """Letter pairs mislead here, and would give a wrong shift."""
    verdict = judged(doctored, message, HEAD + "\r\n" + shifted(message, 9))
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, None)


def test_decrypted_content_is_not_broken(recordings: Recordings) -> None:
    """Its place is not on the wire, and text there could seem plausible."""
    verdict = recordings.judge("rsa-substitution", spy=Keys(private=recordings.stolen))
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, None)


def test_outside_streams_it_is_overheard_but_not_broken(doctored: Doctored) -> None:
    verdict = doctored.judge([ethernet(ipv4(udp(b"ekteex szhk"), 17))])
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, None)
