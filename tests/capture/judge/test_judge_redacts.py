"""The secret appears in no verdict, however it was seen, notebooks included."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from overheard.words.secret import Secret
from overheard.words.verdict import Outcome, Verdict
from overheard_capture.judge import Keys
from overheard_capture.search import Search
from overheard_capture.wireshark.details import DissectionProcess
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.dissected import Dissected

SEARCH = Search(Secret("message", b"fluffy tail"))


def stands_in(verdict: Verdict, search: Search = SEARCH) -> list[str]:
    """The spellings of the secret that appear in the verdict, in the encoding of any program."""
    data = verdict.to_json()
    written = json.dumps(data, ensure_ascii=False) + json.dumps(data) + repr(data)
    return [match.spelling for match in search.matches(written.encode())]


@cache
def dissection(recordings: Recordings, name: str) -> tuple[Dissected, ...]:
    """What a recording shows, whatever the judge was given."""
    capture = TsharkInput.for_streams(recordings.path(name), recordings.verdict(name).visible)
    with DissectionProcess() as dissector:
        return dissector.dissect(capture, SEARCH.secret)


@pytest.mark.parametrize(
    "name",
    ["http", "https", "untrusted", "substitution", "fernet", "diffie-hellman", "rsa", "rsa-substitution", "killed"],
)
@pytest.mark.parametrize("spied", [False, True])
def test_the_secret_is_nowhere(recordings: Recordings, tmp_path: Path, name: str, spied: bool) -> None:
    """Not even if everything was decrypted, and a notebook has it in request and response."""
    changes: dict[str, Keys | Path] = {}
    if spied:
        messages = tmp_path / "message.keys"
        messages.write_bytes(recordings.shared.read_bytes() + recordings.agreed.read_bytes())
        notebook = tmp_path / "notebook.jsonl"
        when = recordings.judge_input(name).recording.started
        asked, saw = "GET /?m=fluffy%20tail&n=ekteex szhk fluffy tail", "fluffy tail and ekteex szhk"
        notebook.write_text(json.dumps({"time": when, "asked": asked, "saw": saw}) + "\n")
        changes = {"spy": Keys(recordings.keys, messages, recordings.stolen), "notebook": notebook}
    verdict = replace(recordings.judge(name, **changes), dissection=dissection(recordings, name))
    assert not spied or verdict.outcome is Outcome.OVERHEARD
    assert stands_in(verdict) == []
    # It survives a round trip through JSON.
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_the_check_itself_finds_it(recordings: Recordings) -> None:
    """The control: a secret that is put into a verdict is found, in any spelling."""
    verdict = recordings.verdict("http")
    for said in ("fluffy tail", "ekteex szhk", "Zmx1ZmZ5IHRhaWw="):
        (check, *_) = verdict.checks
        assert stands_in(replace(verdict, checks=(replace(check, says=said),)))


def test_a_server_name_as_the_secret_is_overheard_and_redacted(recordings: Recordings) -> None:
    """It is the server name in the hello, and in the certificate, which TLS 1.2 shows."""
    secret = Secret("name", b"localhost")
    verdict = recordings.judge("ecdhe", secret=secret)
    assert verdict.outcome is Outcome.OVERHEARD
    assert stands_in(verdict, Search(secret)) == []
    assert "name (9 bytes)" in verdict.visible[0].names
    assert verdict.visible[0].sni == "server"
    hello = Secret("name", b"server")
    assert recordings.judge("ecdhe", secret=hello).visible[0].sni == "name (6 bytes)"
