"""The result of a scenario in a phrase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.report.results import BROKEN, HTTP, HTTPS, REFUSED, SIGHTING, SKIPPED, SPIED, UNTRUSTED, UNTRUSTED_ERROR
from overheard.report.summary import ciphertext, evidence, got, saw, short_error
from overheard.words.layer import TLS_BY_THE_STOLEN_KEY
from overheard.words.result import Exchange
from overheard.words.verdict import Outcome, Presence, Verdict
from overheard.words.visible import Alert

MESSAGE = "fluffy tail"


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (UNTRUSTED_ERROR, "unable to get local issuer certificate"),
        (
            "SSLError: (Caused by SSLError(SSLError(1, '[SSL: BAD_SIGNATURE] bad signature (_ssl.c:1006)')))",
            "bad signature",
        ),
        (
            "SSLError: (1, \"[SSL: X_509] Hostname mismatch, no 'server'. (_ssl.c:9)\")",
            "Hostname mismatch, no 'server'",
        ),
        (
            "SSLError: (Caused by SSLError(SSLCertVerificationError('the certificate is not in the log: none')))",
            "the certificate is not in the log: none",
        ),
        ("ConnectionError: refused (_ssl)", "ConnectionError: refused (_ssl)"),
        ("", ""),
    ],
)
def test_a_tls_error_is_reduced_to_its_reason_and_others_are_shown_whole(error: str, short: str) -> None:
    assert short_error(error) == short


def test_what_the_client_got() -> None:
    assert got(HTTP, MESSAGE) == MESSAGE
    assert got(UNTRUSTED, MESSAGE) == "unable to get local issuer certificate"
    assert got(SKIPPED, MESSAGE) == SKIPPED.skipped


def test_many_attempts_are_counted() -> None:
    right, wrong = Exchange("a", received=False, error="x"), Exchange("b", received=True, wrong=("it was to fail",))
    assert got(replace(UNTRUSTED, exchanges=(right,) * 7 + (wrong,)), MESSAGE) == "7 of 8 as expected"


def test_what_the_spy_saw() -> None:
    assert saw(HTTP, MESSAGE) == "“fluffy tail”, in frame 6"
    assert saw(BROKEN, MESSAGE) == "“ekteex szhk”, and broke it"
    assert saw(SPIED, MESSAGE) == "“fluffy tail”, as interceptor"
    assert saw(HTTPS, MESSAGE) == "TLS 1.3 ciphertext"
    assert saw(UNTRUSTED, MESSAGE) == "TLS 1.3, alert unknown_ca"
    assert saw(SKIPPED, MESSAGE) == ""


def test_what_the_spy_saw_without_breaking_it() -> None:
    assert saw(replace(BROKEN, verdict=replace(BROKEN.verdict, broken=None)), MESSAGE) == "“ekteex szhk”"


def test_what_the_spy_saw_with_a_stolen_key() -> None:
    stolen = replace(SPIED.verdict.sightings[0], layers=(TLS_BY_THE_STOLEN_KEY,))
    assert saw(replace(SPIED, verdict=replace(SPIED.verdict, sightings=(stolen,))), MESSAGE).endswith("by a stolen key")


def test_what_the_spy_saw_of_a_sealed_message_and_of_nothing() -> None:
    sealed = Verdict(Outcome.PROTECTED, (), presence=Presence.MESSAGE_KEY)
    assert saw(replace(HTTP, verdict=sealed), MESSAGE) == "sealed Fernet tokens"
    nothing = Verdict(Outcome.INCONCLUSIVE, ())
    assert saw(replace(HTTP, verdict=nothing), MESSAGE) == "nothing that it could read"


def test_many_kinds_of_alerts_are_counted() -> None:
    other = replace(REFUSED, alerts=(Alert(9, "server", "fatal", "protocol_version"),))
    plain = replace(REFUSED, alerts=(), hello_frames=())
    verdict = replace(UNTRUSTED.verdict, visible=(REFUSED, other, other, plain))
    assert saw(replace(UNTRUSTED, verdict=verdict), MESSAGE) == "3 handshakes, 2 alert kinds"


def test_the_message_is_not_shown_as_seen_if_it_was_not() -> None:
    assert MESSAGE not in saw(HTTPS, MESSAGE)
    assert MESSAGE not in saw(UNTRUSTED, MESSAGE)


def test_a_ciphertext_is_the_text_on_the_wire() -> None:
    assert ciphertext(BROKEN.verdict.sightings[0], MESSAGE) == "ekteex szhk"
    assert ciphertext(SIGHTING, MESSAGE) == ""


def test_the_evidence_says_where_and_how() -> None:
    assert evidence(HTTP.verdict) == "frame 6, byte 226, from 127.0.0.1:5683, plainly"
    assert evidence(SPIED.verdict).endswith("plainly, in TLS opened with the interceptor's session keys")
    assert evidence(HTTPS.verdict) == "presence: key log (frame 13); all 3 checks hold"
    assert evidence(UNTRUSTED.verdict) == "it never left: no application data"


def test_the_evidence_counts_what_it_does_not_show() -> None:
    again = replace(SIGHTING, frame=7)
    verdict = Verdict(Outcome.OVERHEARD, (), (SIGHTING, again, again), Presence.SEEN)
    assert evidence(verdict).endswith("plainly, and 2 more")
