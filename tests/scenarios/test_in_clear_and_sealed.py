"""What the application itself does about the message: nothing, too little, or enough."""

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


def test_http_is_overheard_in_the_packet_of_the_answer(run: Run) -> None:
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
    """What these keys open of a token, one result a key that fits."""
    found = []
    for key in dict.fromkeys(keys):
        try:
            found.append(Fernet(key).decrypt(token).decode())
        except InvalidToken:
            continue
    return found


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_what_was_sealed_is_protected_and_its_key_is_the_proof(run: Run, name: str) -> None:
    verdict = run.results[name].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    sealed = tokens(run.path(name))
    assert sealed
    for token in sealed:
        assert opened(token, run.fernet_keys()) == [MESSAGE]
        assert opened(token, run.fernet_keys(INTERCEPTOR)) == []


def test_with_another_key_the_client_says_what_invalid_token_means(run: Run) -> None:
    _, wrong, browser = run.results["fernet"].exchanges
    assert wrong.error == "InvalidToken: the token was not sealed with this key, or was changed on its way"
    assert TOKEN.search(browser.error.encode())
    assert not wrong.received
    assert not browser.received


def public_values(exchange: Exchange) -> list[str]:
    """What a client sent and got in clear."""
    return [note.rpartition(" ")[2] for note in exchange.notes if "public value" in note]


def test_public_values_cross_the_wire_in_clear_and_every_agreement_has_its_own(run: Run) -> None:
    exchanges = run.results["diffie-hellman"].exchanges
    seen = bodies(run.path("diffie-hellman"))
    values = [value for exchange in exchanges for value in public_values(exchange)]
    assert len(set(values)) == 4
    for value in values:
        assert value in seen


def test_the_spy_in_the_middle_has_a_key_with_each_side_and_the_two_sides_have_none_in_common(run: Run) -> None:
    result = run.results["diffie-hellman-intercepted"]
    assert result.received
    with_the_server, with_the_client = run.fernet_keys(INTERCEPTOR)
    assert with_the_client in run.fernet_keys()
    assert with_the_server not in run.fernet_keys()
    for token in tokens(run.path("diffie-hellman-intercepted")):
        assert opened(token, [with_the_server, with_the_client]) == [MESSAGE]
    # The recorder is with the server: it sees the public value that the spy sent, and not the client's.
    seen = bodies(run.path("diffie-hellman-intercepted"))
    sent, _ = public_values(result.exchanges[0])
    assert (sent in seen) == (run.engine == "local")
