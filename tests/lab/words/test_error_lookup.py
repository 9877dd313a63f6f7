"""Finding the row of a pasted error."""

from __future__ import annotations

import pytest

from overheard.words.error_lookup import matching_rows
from overheard.words.gallery import ROWS, Row

by_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


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
