"""The rows of the gallery: complete, distinct, and found by the error of `requests`."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from overheard.words.gallery import FAULTS, HOSTS, ROWS, Fault, Row, at, fault_at
from overheard.words.gallery.numbers import alert, secure_transport
from overheard.words.gallery.row import NEWER, OLDER
from overheard.words.scenario import Trust
from overheard.words.services import GALLERY_PORTS
from rows import for_each

# The alerts of RFC 8446, 6.2 that can end a handshake.
ALERTS = {
    "handshake_failure",
    "internal_error",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "unknown_ca",
    "decode_error",
    "decrypt_error",
    "protocol_version",
    "unrecognized_name",
}
# What turns verification off, in the words of programs.
NO_CURE = ("verify=False", "CERT_NONE", "--insecure", "curl -k", "no-check-certificate", "sslVerify", "strict-ssl")
every_fault = for_each(fault=FAULTS)
every_row = for_each(row=ROWS)
# What only the client's own machine can cure, whoever owns the server.
ONES_OWN = {"crl-missing", "crl-expired", "strict-verification", "reset-in-handshake"}
somewhere = "192.0.2.1"


def test_there_are_at_least_twenty_rows_with_unique_names_and_ports() -> None:
    assert len(ROWS) >= 20
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert len({row.port for row in ROWS}) == len(ROWS)
    assert {row.port for row in ROWS} <= set(GALLERY_PORTS)


def test_a_row_is_found_by_its_name() -> None:
    assert at("self-signed").name == "self-signed"
    with pytest.raises(KeyError, match="no-such-row"):
        at("no-such-row")


def test_a_fault_is_found_by_its_name() -> None:
    assert fault_at("self-signed") is at("self-signed")
    assert fault_at("invalid-token") in FAULTS
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    with pytest.raises(KeyError, match="no-such-fault"):
        fault_at("no-such-fault")


@every_row
def test_a_row_says_how_it_is_made(row: Row) -> None:
    assert row.made
    assert not row.made.endswith(".")


@every_fault
def test_a_fault_is_complete(fault: Fault) -> None:
    assert fault.wrong
    assert not fault.wrong.endswith(".")
    assert fault.cause.endswith(".")
    assert fault.cure.endswith(".")
    assert json.loads(json.dumps(asdict(fault)))["name"] == fault.name
    assert isinstance(fault, Row) or fault.also


@every_fault
def test_the_phrases_of_a_fault_are_distinct_and_more_than_one_short_word(fault: Fault) -> None:
    assert len({phrase.lower() for phrase in fault.also}) == len(fault.also)
    assert [phrase for phrase in fault.also if len(phrase) < 7] == []


@every_fault
def test_a_cure_never_turns_verification_off(fault: Fault) -> None:
    assert [word for word in NO_CURE if word in fault.cure] == []


@every_row
def test_a_cure_says_what_to_do_about_a_server_of_ones_own_and_of_others(row: Row) -> None:
    assert "yours" in row.cure or "whoever" in row.cure or row.name in ONES_OWN


def test_numbers_count_only_beside_words() -> None:
    assert "alert number 40" in alert(40)
    assert "40" not in alert(40)
    assert "SSLHandshake failed 9813" in secure_transport(9813)
    assert "9813" not in secure_transport(9813)


@every_row
def test_the_parts_of_a_row_agree(row: Row) -> None:
    assert row.says[0].since == OLDER
    for says in row.says:
        assert says.text.startswith(f"{says.exception}: ")
        assert says.reason in row.shown(says, address=somewhere)


@every_row
def test_alerts_of_rows_are_in_the_standard(row: Row) -> None:
    wire = row.wire
    assert (wire.alert in ALERTS and wire.sender in {"client", "server"}) or (wire.alert, wire.sender) == ("", "")


@every_row
def test_an_attempt_requests_the_row_and_expects_its_error(row: Row) -> None:
    attempt = row.attempt
    assert (attempt.name, attempt.trust, attempt.wire) == (row.name, Trust.GALLERY_CA, row.wire)
    assert (bool(attempt.crl), attempt.ocsp, attempt.soft_fail) == (row.crl, row.ocsp, False)
    assert attempt.patience == row.patience
    assert (attempt.service.scheme, attempt.service.host, attempt.service.port) == (row.scheme, row.host, row.port)
    for openssl in (OLDER, NEWER):
        assert attempt.expected_error(openssl)
        for says in row.errors_for(openssl):
            assert attempt.expected_error(openssl) in says.text


def test_the_error_of_a_row_depends_on_the_version_of_openssl() -> None:
    row = at("no-cipher-in-common")
    assert [says.reason for says in row.errors_for((3, 0))] == ["sslv3 alert handshake failure"]
    assert [says.reason for says in row.errors_for((3, 4))] == ["sslv3 alert handshake failure"]
    assert [says.reason for says in row.errors_for((3, 5))] == ["ssl/tls alert handshake failure"]
    assert at("expired").errors_for((3, 5)) == at("expired").errors_for((3, 0))
    assert at("expired").attempt.newer_error == ""


@every_row
def test_an_error_is_distinguished_from_those_of_other_rows(row: Row) -> None:
    for says in row.says:
        for other in ROWS:
            same = says.text in {theirs.text for theirs in other.says}
            for theirs in other.says:
                shown = other.shown(theirs, address=somewhere, line=1006)
                assert says.fits(f"Traceback\n{shown}\n") == (theirs.text == says.text), (row.name, other.name)
            assert same or other is not row


def test_the_error_of_another_server_is_found() -> None:
    error = (
        "requests.exceptions.SSLError: HTTPSConnectionPool(host='intranet.example.com', port=443): Max retries "
        'exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] '
        "certificate verify failed: Hostname mismatch, certificate is not valid for 'intranet.example.com'. "
        '(_ssl.c:1000)")))'
    )
    assert at("wrong-host").says[0].fits(error)
    assert not at("expired").says[0].fits(error)


def test_the_names_that_must_resolve_to_the_gallery_are_listed() -> None:
    assert sorted(HOSTS) == ["a.b.gallery.test", "server"]
