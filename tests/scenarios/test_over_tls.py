"""The protection by TLS: with certificates, with a spy in the middle, and after a key was stolen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from overheard.words.recording import KEY_LOG, MARK_PREFIX
from overheard.words.scenario import Need
from overheard.words.services import INTERCEPTOR
from overheard.words.story import SCENARIOS
from overheard.words.story import by_name as scenarios
from overheard.words.verdict import Outcome, Presence
from overheard_capture.captures.reader import read
from overheard_capture.page.chains import chains
from overheard_capture.page.run_folder import RunFolder
from overheard_capture.page.wire import ladders
from scenarios.runs import MESSAGE, Run, by_name, skip_where_it_was_skipped
from scenarios.witness import bodies, fields, tshark

if TYPE_CHECKING:
    from overheard.words.scenario import Scenario

INTERCEPTED = [scenario for scenario in SCENARIOS if Need.INTERCEPTOR in scenario.needs]


def test_https_is_protected_with_the_key_log_as_proof(run: Run) -> None:
    verdict = run.results["https"].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.KEY_LOG)


@pytest.mark.parametrize("name", ["https", "mutual-tls"])
def test_tshark_reads_the_message_once_decrypted(run: Run, name: str) -> None:
    printed = tshark(run.path(name), "-q", "-z", "follow,tls,ascii,0", keys=run.job.keys)
    assert MESSAGE in printed


def test_the_ca_is_seen_to_ask_the_server_once_with_an_answer_and_once_without(run: Run) -> None:
    """In clear: what the server ordered, and then what the stranger did."""
    asked = fields(run.path("acme"), "http.request", "http.request.uri", "http.user_agent", "ip.src")
    answered = fields(run.path("acme"), "http.response", "http.response.code", "http.file_data", "ip.dst")
    tokens = [uri.removeprefix("/.well-known/acme-challenge/") for uri, _, _ in asked]
    assert [agent for _, agent, _ in asked] == ["overheard-ca"] * 2
    assert tokens[0] != tokens[1]
    assert [code for code, _, _ in answered] == ["200", "404"]
    assert [came for *_, came in asked] == [to for *_, to in answered]
    assert run.path("acme").read_bytes().count(f"{tokens[0]}.".encode()) == 1
    assert f"{tokens[1]}.".encode() not in run.path("acme").read_bytes()


def test_without_trust_the_client_sends_an_alert_and_no_data(run: Run) -> None:
    result = run.results["https-untrusted"]
    assert not result.received
    assert result.error.startswith("SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded")
    assert "certificate verify failed: unable to get local issuer certificate" in result.error
    assert "no application data" in next(check.says for check in result.verdict.reasons)


def test_tshark_sees_no_application_data_without_trust(run: Run) -> None:
    """Decrypted with its keys, every protected record belongs to the handshake; and an alert says unknown_ca."""
    path = run.path("https-untrusted")
    shown = fields(path, "tls", "tls.app_data", "tls.handshake.certificate", keys=run.job.keys)
    assert not any(data for data, _ in shown)
    assert any(certificate for _, certificate in shown)
    ((frame, code),) = fields(path, "tls.alert_message", "frame.number", "tls.alert_message.desc")
    assert code == "48"
    (exchange,) = run.results["https-untrusted"].exchanges
    assert exchange.wire == f"unknown_ca from the client in frame {frame}, and no application data"


def test_the_server_greets_the_squirrel_by_the_name_in_its_certificate(run: Run) -> None:
    result = run.results["mutual-tls"]
    squirrel, *refused = result.exchanges
    assert "Hello squirrel" in squirrel.notes
    for exchange, alert in zip(refused, ("certificate required", "unknown ca", "unsupported certificate"), strict=True):
        assert f"alert {alert}" in exchange.error
        assert not exchange.received


def test_the_page_shows_what_the_clients_presented_even_if_it_was_compressed(run: Run) -> None:
    """OpenSSL 3.5 of the images compresses it (RFC 8879)."""
    shown = chains(RunFolder(run.job.folder), scenarios()["mutual-tls"])
    presented = [chain for chain in shown if chain.of.startswith("the client")]
    assert [chain.certificates[0].sentence.split('"')[1] for chain in presented] == ["squirrel", "squirrel", "acorn"]


# ---- in the middle


@pytest.mark.parametrize("scenario", INTERCEPTED, ids=lambda scenario: scenario.name)
def test_of_an_interception_both_conversations_are_in_the_recording(run: Run, scenario: Scenario) -> None:
    """Side by side on the page: while the client waits for the interceptor, that has one with the server."""
    drawn = ladders(RunFolder(run.job.folder), scenario, with_keys=False)
    sides = [(ladder.left, ladder.right) for ladder in drawn]
    assert sides == [("client", INTERCEPTOR), (INTERCEPTOR, "server")] * (len(drawn) // 2)
    assert len(drawn) == 2 * sum(attempt.intercepted for attempt in scenario.attempts)
    for with_client, with_server in zip(drawn[::2], drawn[1::2], strict=True):
        intercepted, asking = (
            ladder.rpartition(":")[0] for ladder in (with_client.conversation.server, with_server.conversation.client)
        )
        # On one `lo`, who asks has the address of everybody.
        assert run.engine == "local" or intercepted == asking
        for ladder in (with_client, with_server):
            assert ladder.arrows[0].label == "SYN"


@by_name
def test_no_packet_is_in_a_recording_twice(run: Run, scenario: Scenario) -> None:
    """Though the conversation of an interceptor with the server can be seen at both ends of it."""
    skip_where_it_was_skipped(run.results[scenario.name])
    seen = Counter(frame.data for frame in read(run.path(scenario.name)).frames if MARK_PREFIX not in frame.data)
    assert seen.most_common(1)[0][1] == 1


def test_the_interceptor_wrote_down_only_what_it_read(run: Run) -> None:
    notes = run.notes()
    assert [note["saw"] for note in notes] == [MESSAGE] * 3
    asked = ["POST http://server:5683/diffie-hellman", "GET https://server:5443/", "GET https://server:5443/"]
    assert [note["asked"] for note in notes] == asked


def test_a_client_is_warned_that_does_not_verify_or_goes_on_without_an_answer(run: Run) -> None:
    expected = {
        "https-unverified-intercepted": ["InsecureRequestWarning"],
        # By CRL and by OCSP.
        "revocation": ["SoftFailWarning"] * 2,
    }
    for result in run.results.values():
        warned = [note for exchange in result.exchanges for note in exchange.notes if "Warning" in note]
        assert [warning.partition(":")[0] for warning in warned] == expected.get(result.scenario, [])


@pytest.mark.parametrize("name", ["https-unverified-intercepted", "https-compromised-ca"])
def test_the_spys_keys_decrypt_what_looks_encrypted_on_the_wire(run: Run, name: str) -> None:
    path, spys = run.path(name), run.job.folder / INTERCEPTOR / KEY_LOG
    assert MESSAGE not in bodies(path)
    assert MESSAGE in bodies(path, keys=spys)
    assert MESSAGE not in bodies(run.path("https"), keys=spys)


# ---- later


def test_the_stolen_key_decrypts_only_rsa_key_exchange(run: Run) -> None:
    path = run.path("no-forward-secrecy")
    opened = [
        MESSAGE in tshark(path, "-q", "-z", f"follow,tls,ascii,{number}", private=run.stolen) for number in range(3)
    ]
    assert opened == [True, False, False]
    streams = {sighting.stream for sighting in run.results["no-forward-secrecy"].verdict.sightings}
    assert streams == {0}


@pytest.mark.parametrize("name", ["https", "mutual-tls"])
def test_the_stolen_key_decrypts_nothing_with_forward_secrecy(run: Run, name: str) -> None:
    """These servers use the same key."""
    assert MESSAGE not in bodies(run.path(name), private=run.stolen)
