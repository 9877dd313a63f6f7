"""The application's own protection of the message: none, too weak, or sufficient."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken

from overheard.words.caesar import shifted
from overheard.words.services import INTERCEPTOR
from overheard.words.verdict import Outcome, Presence
from scenarios.runs import MESSAGE, Run
from scenarios.witness import bodies, tshark

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.result import Exchange

TOKEN = re.compile(rb"gAAAA[\w-]{64,}={0,2}")


def test_http_is_overheard_in_the_packet_of_the_response(run: Run) -> None:
    sighting = run.results["http"].verdict.sightings[0]
    data = bytes.fromhex(
        tshark(run.path("http"), "-Y", f"frame.number=={sighting.frame}", "-T", "json", "-x")
        .split('"frame_raw": [\n')[1]
        .split('"')[1]
    )
    assert data[sighting.offset : sighting.offset + sighting.length] == MESSAGE.encode()


def test_the_substitution_is_broken_without_knowing_the_message(run: Run) -> None:
    verdict = run.results["substitution"].verdict
    assert shifted(MESSAGE, -1) in bodies(run.path("substitution"))
    assert verdict.broken == 1


def tokens(path: Path) -> list[bytes]:
    """Every Fernet token in a file, each once."""
    return list(dict.fromkeys(TOKEN.findall(path.read_bytes())))


def opened(token: bytes, keys: list[bytes]) -> list[str]:
    """The plaintexts of a token, one for each key that decrypts it."""
    found = []
    for key in dict.fromkeys(keys):
        try:
            found.append(Fernet(key).decrypt(token).decode())
        except InvalidToken:
            continue
    return found


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_a_sealed_message_is_protected_with_its_key_as_proof(run: Run, name: str) -> None:
    verdict = run.results[name].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    sealed = tokens(run.path(name))
    assert sealed
    for token in sealed:
        assert opened(token, run.fernet_keys()) == [MESSAGE]
        assert opened(token, run.fernet_keys(INTERCEPTOR)) == []


def test_with_another_key_the_client_explains_invalid_token(run: Run) -> None:
    _, wrong, browser = run.results["fernet"].exchanges
    assert wrong.error == "InvalidToken: the token was not sealed with this key, or was changed on its way"
    assert TOKEN.search(browser.error.encode())
    assert not wrong.received
    assert not browser.received


def public_values(exchange: Exchange) -> list[str]:
    """The public values that a client sent and received in clear."""
    return [note.rpartition(" ")[2] for note in exchange.notes if "public value" in note]


def test_public_values_are_in_clear_and_unique_to_each_agreement(run: Run) -> None:
    exchanges = run.results["diffie-hellman"].exchanges
    seen = bodies(run.path("diffie-hellman"))
    values = [value for exchange in exchanges for value in public_values(exchange)]
    assert len(set(values)) == 4
    for value in values:
        assert value in seen


def test_the_spy_in_the_middle_shares_a_key_with_each_side_and_the_sides_share_none(run: Run) -> None:
    result = run.results["diffie-hellman-intercepted"]
    assert result.received
    with_the_server, with_the_client = run.fernet_keys(INTERCEPTOR)
    assert with_the_client in run.fernet_keys()
    assert with_the_server not in run.fernet_keys()
    for token in tokens(run.path("diffie-hellman-intercepted")):
        assert opened(token, [with_the_server, with_the_client]) == [MESSAGE]
    # Both conversations are in the recording: what the client sent and what it got, in place of the server's.
    seen = bodies(run.path("diffie-hellman-intercepted"))
    for value in public_values(result.exchanges[0]):
        assert value in seen
