"""The search for credentials: every kind is found and its look-alikes are not, with both engines, in any cut."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.credentials.samples import FIRES, SILENT, Sample
from capture.played import origin_of
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Findings
from overheard_capture.credentials.search import CredentialSearch, credential_search
from overheard_capture.credentials.table import KINDS
from overheard_capture.identify.byte_streams import READERS
from rows import for_each

SEARCHES = [CredentialSearch(engine=name) for name in ("re", "hyperscan")]
SEARCH = SEARCHES[0]
by_engine = pytest.mark.parametrize("search", SEARCHES, ids=["re", "hyperscan"])


def found(search: CredentialSearch, data: bytes) -> list[tuple[str, bytes]]:
    return [(match.spelling, match.excerpt(data)[0]) for match in search.matches(data)]


@for_each(sample=FIRES)
@by_engine
def test_a_credential_is_found_with_its_kind_and_value(search: CredentialSearch, sample: Sample) -> None:
    around = ((b"", b""), (b"\r\n", b"\r\n"), (bytes(70) + b"\n", b"\r\n" + bytes(3000)))
    for before, after in around[: 1 if sample.is_datagram else None]:
        assert found(search, before + sample.wire + after) == [(sample.code, sample.value)]


@for_each(sample=SILENT)
@by_engine
def test_a_look_alike_is_no_credential(search: CredentialSearch, sample: Sample) -> None:
    around = b"" if sample.is_datagram else b"\r\n"
    assert found(search, around + sample.wire + around) == []


def test_each_kind_has_a_sample_and_a_look_alike() -> None:
    codes = {kind.code for kind in KINDS}
    # What is typed has no shape: tests/capture/decoders/test_terminal.py.
    codes.remove("typed-password")
    assert {sample.code for sample in FIRES} == codes
    # Of a shape that cannot be anything else, there is no look-alike worth the name.
    assert codes - {sample.code for sample in SILENT} <= {
        "gcp-access-token",
        "pypi-token",
        "sendgrid-key",
        "sip-digest",
    }


@for_each(sample=[each for each in FIRES if not each.is_datagram])
def test_a_credential_is_found_across_any_boundary(sample: Sample) -> None:
    wire = b"\r\n" + sample.wire + b"\r\n"
    starts = {match.sighted[0] for match in SEARCH.matches(wire)}
    # Of a long one, not each of the later boundaries.
    for cut in (*range(1, min(len(wire), 400)), *range(400, len(wire), 7)):
        findings = Findings(SEARCH, READERS)
        content = Content(findings, ())
        content.feed(wire[:cut], origin_of(cut))
        content.feed(wire[cut:], origin_of(len(wire)).after(cut))
        assert {each.position for each in findings.sightings} >= starts, cut
        assert sample.code in {each.match.spelling for each in findings.sightings}


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([each.wire for each in (*FIRES, *SILENT)])), max_size=6)
)
def test_it_never_raises_and_the_engines_agree(parts: list[bytes]) -> None:
    data = b"".join(parts)
    first, second = (search.matches(data) for search in SEARCHES)
    assert first == second
    assert all(match.lead >= 0 and match.trail >= 0 and match.sighted[1] > 0 for match in first)
    assert all(match.length <= SEARCH.longest for match in first)


def test_nothing_is_found_in_random_bytes_and_text() -> None:
    noise = random.Random(7).randbytes(2 << 20)  # noqa: S311  (it keeps nothing secret)
    assert found(SEARCH, noise) == []
    words = " ".join(word for kind in KINDS for word in ("password", "token", kind.code, "secret", "cookie:", "user "))
    assert found(SEARCH, words.encode() * 20) == []


def test_of_several_kinds_the_first_is_reported_once() -> None:
    token = next(sample for sample in FIRES if sample.code == "github-token").value
    wire = b"Authorization: Bearer %b\r\nX-Token: %b\r\n" % (token, token)
    assert found(SEARCH, wire) == [("github-token", token)] * 2


def test_it_is_made_once_and_redacts() -> None:
    assert credential_search(large_input=False) is credential_search(large_input=False)
    assert SEARCH.redact("nuts?password=acorns7") == "(a credential)"
    assert SEARCH.redact("nuts.pcapng") == "nuts.pcapng"
    assert SEARCH.secrets == ()
