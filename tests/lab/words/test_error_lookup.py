"""Finding the row of a pasted error."""

from __future__ import annotations

import pytest

from lab.words.pasted_errors import ERRORS, HARMLESS, PastedError
from overheard.words.error_lookup import answer, matching_rows
from overheard.words.gallery import FAULTS, ROWS, Fault, Row
from rows import for_each

by_row = for_each(row=ROWS)


@by_row
def test_the_whole_error_leads_to_its_row(row: Row) -> None:
    """With any host, port and line of Python's source, and any text around it."""
    for says in row.says:
        pasted = says.text.format(host="example.org", port=443, line=1234, patience=3)
        assert row in matching_rows(pasted)
        assert row in matching_rows(f"Traceback (most recent call last):\n  ...\nrequests.exceptions.{pasted}\n")


@by_row
def test_the_reason_alone_leads_to_its_row(row: Row) -> None:
    for says in row.says:
        assert says.reason
        assert row in matching_rows(says.reason.upper())


@pytest.mark.parametrize(
    "text", ["no such thing is said by any library", "SSLError: nobody has ever seen this", "", " "]
)
def test_an_unknown_error_has_no_row(text: str) -> None:
    assert matching_rows(text) == []


def test_of_reasons_that_contain_each_other_the_longest_counts() -> None:
    names = [row.name for row in matching_rows("SSLError: self-signed certificate in certificate chain (_ssl.c:1)")]
    assert names == ["self-signed-in-chain"]


def test_rows_with_the_same_reason_are_all_found() -> None:
    names = {row.name for row in matching_rows("Hostname mismatch, certificate is not valid for 'server'")}
    assert names == {"wrong-host", "name-only-in-cn", "wildcard-too-deep"}


@for_each(error=ERRORS)
def test_an_error_as_people_have_it_leads_to_its_fault(error: PastedError) -> None:
    told = answer(error.text.splitlines())
    assert set(error.faults) <= {fault.name for fault in told.faults}
    assert max(len(each.faults) for each in told.errors) <= 5


def test_there_are_enough_errors_of_enough_programs() -> None:
    assert len(ERRORS) > 500
    assert len({error.file for error in ERRORS}) > 15
    assert {name for error in ERRORS for name in error.faults} == {fault.name for fault in FAULTS}


@for_each(text=HARMLESS)
def test_what_is_no_such_error_has_no_fault(text: str) -> None:
    told = answer(text.splitlines())
    assert (told.faults, told.question) == ([], "")


@for_each(fault=FAULTS)
def test_each_phrase_leads_to_its_fault(fault: Fault) -> None:
    for phrase in fault.also:
        said = phrase.split(" ! ")[0]
        pasted = said.replace(" $", "").replace("...", "of some host").replace(" & ", " beside ")
        assert fault in matching_rows(pasted), phrase


@for_each(fault=FAULTS)
def test_a_name_leads_to_its_fault(fault: Fault) -> None:
    assert fault in matching_rows(fault.name)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("CERTIFICATE_VERIFY_FAILED", "What is the reason?"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:749)", "overheard show"),
        ("SSLError", "What else does it say?"),
        ("HTTPSConnectionPool(host='example.org', port=443): Max retries exceeded with url: /", "Caused by"),
        ("certificate verify failed", "What is the reason?"),
        ("curl: (35) TLS connect error: error:00000000:lib(0):func(0):reason(0)", "What else does it say?"),
        ("curl: (35) OpenSSL/3.0.2: error:00000000:lib(0)::reason(0)", "What else does it say?"),
        ("rejected by the provided RemoteCertificateValidationCallback.", "What is the reason?"),
        ("tls: failed to parse certificate from server: x509: negative serial number", "overheard show"),
        ("Error code: SEC_ERROR_BAD_DER", "overheard show"),
        ("httpx.ConnectError: All connection attempts failed", "What else does it say?"),
        ("The underlying connection was closed: An unexpected error occurred on a send.", "What else does it say?"),
        ("error", ""),
        ("a", ""),
    ],
)
def test_a_text_that_is_too_general_gets_a_question_back(text: str, asks: str) -> None:
    told = answer([text])
    assert told.errors == ()
    assert asks in told.question


def test_an_exact_error_leaves_no_question() -> None:
    assert answer(["SSLError: certificate verify failed", "certificate has expired"]).question == ""


def test_names_that_contain_a_word_are_not_that_word() -> None:
    text = "File '/home/geoffrey/app.py', host='geofence.example.org': [SSL: BAD_SIGNATURE] bad signature"
    assert [fault.name for fault in matching_rows(text)] == ["key-mismatch"]


def test_what_is_near_by_decides() -> None:
    closed = (
        "ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
    )
    slow = "Read timed out. (read timeout=5)"
    assert {fault.name for fault in matching_rows(f"requests.get('https://example.org')\n{closed}")} == {
        "closed-without-answer"
    }
    assert "http-on-tls-port" in {fault.name for fault in matching_rows(closed)}
    assert {fault.name for fault in matching_rows(f"HTTPConnectionPool: {slow}")} == {"read-timeout"}
    assert {fault.name for fault in matching_rows(f"HTTPSConnectionPool: {slow}")} == {
        "read-timeout",
        "silent-in-handshake",
    }


def test_go_tells_which_of_both_it_is() -> None:
    text = "x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is {} 2026-05-01"
    assert {fault.name for fault in matching_rows(text.format("before"))} == {"not-yet-valid"}
    assert {fault.name for fault in matching_rows(text.format("after"))} == {"expired", "expired-intermediate"}


def test_the_same_error_in_more_exact_words_counts_but_not_another_entry_of_a_log() -> None:
    java = "CertPathValidatorException: validity check failed\nCaused by: CertificateExpiredException: yesterday"
    assert {fault.name for fault in matching_rows(java)} == {"expired", "expired-intermediate"}
    entries = "10:00:00 x509: certificate signed by unknown authority\n10:00:01 self-signed certificate"
    assert "unknown-root" in {fault.name for fault in matching_rows(entries)}


def test_a_line_is_told_where_the_error_was_last() -> None:
    lines = ["certificate has expired", *["fine"] * 9_000, "certificate has expired", *["fine"] * 9_000]
    assert [each.line for each in answer(lines).errors] == [9_002]
