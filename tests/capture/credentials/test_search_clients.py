"""What real clients say when they log in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.credentials.clients import CLIENTS, WORD, missing, said_by
from capture.credentials.samples import FIRES
from capture.frames import exchange, rewritten
from overheard import judge
from overheard.report.labels import LABELS
from overheard.words.verdict import CREDENTIALS
from overheard_capture.credentials import tokens
from required import fail_or_skip

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {kind.code for kind in (*tokens.TOKENS, *tokens.JWT)} - {"url-password"}


@pytest.mark.parametrize("name", [name for name, client in CLIENTS.items() if client.code])
def test_the_login_of_a_real_client_is_found(name: str, tmp_path: Path) -> None:
    client = CLIENTS[name]
    if program := missing(client):
        fail_or_skip("programs", f"{program} is not installed")
    said = said_by(client, tmp_path)
    path = rewritten(tmp_path / "login.pcapng", exchange([said[at : at + 7] for at in range(0, len(said), 7)], []))
    report = judge(path)
    assert client.code in {seen.spelling for seen in report.verdicts[CREDENTIALS].sightings}, said
    assert len(report.verdicts[CREDENTIALS].sightings) == 1, report.verdicts[CREDENTIALS].sightings
    # What it decodes to is masked as well.
    if "offline" not in LABELS[client.code]:
        assert any(secret.value.endswith(WORD.encode()) for secret in report.found)


@pytest.mark.parametrize("code", sorted(TOKENS))
def test_a_token_in_what_curl_sends_is_found(code: str, tmp_path: Path) -> None:
    """None was ever issued: nobody has a program that asks for one in clear."""
    sample = next(each for each in FIRES if each.code == code)
    client = CLIENTS["http body"]._replace(typed=sample.wire)
    path = rewritten(tmp_path / "sent.pcapng", exchange([said_by(client, tmp_path)], []))
    assert {seen.spelling for seen in judge(path).verdicts[CREDENTIALS].sightings} == {code}
