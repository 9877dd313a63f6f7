"""The corpus itself: it is as large as claimed, and its recordings contain what they should."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from capture.frames import ethernet, ipv4, rewritten, tcp
from corpus.cases import CASES
from corpus.cutting import cut, frames
from corpus.recorded import played_or_skipped
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.case import Case
    from corpus.recorded import Recorded

LEAKS = [case for case in CASES if case.leak]
HARMLESS = [case for case in CASES if not case.leak]


def test_there_are_as_many_cases_as_claimed() -> None:
    assert len(LEAKS) >= 120
    assert len(HARMLESS) >= 60


def test_each_case_has_a_unique_name() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_a_frame_is_of_the_case_with_the_first_address_in_its_headers(tmp_path: Path) -> None:
    """Of four bytes behind it, some spell another case's address in nearly every second recording."""
    ours, theirs = "10.78.1.1", "10.78.1.2"
    addresses = {name: [IPv4Address(address).packed] for name, address in (("ours", ours), ("theirs", theirs))}
    chance = tcp(b"x", sequence=int(IPv4Address(theirs)))
    sent = [ipv4(chance, target=ours), ipv4(tcp(b"x"), source=theirs), ipv4(tcp(b"x"))]
    recording = rewritten(tmp_path / "all.pcapng", map(ethernet, sent))
    assert cut(recording, tmp_path, addresses) == {"ours": [1], "theirs": [2]}
    assert frames(tmp_path / "ours.pcapng") == [ethernet(sent[0])]


@for_each(case=LEAKS)
def test_a_leak_is_on_the_wire(corpus: Recorded, case: Case) -> None:
    played_or_skipped(corpus, case)
    assert corpus.truth(case)


@for_each(case=[case for case in LEAKS if case.leak and case.leak.layers])
def test_a_secret_under_layers_is_not_visible_without_unwrapping(corpus: Recorded, case: Case) -> None:
    played_or_skipped(corpus, case)
    assert not any(case.secret.encode() in frame for frame in frames(corpus.path(case)))


@for_each(case=HARMLESS)
def test_a_look_alike_is_on_the_wire_and_contains_no_secret(corpus: Recorded, case: Case) -> None:
    played_or_skipped(corpus, case)
    seen = frames(corpus.path(case))
    assert seen
    assert not any(case.secret.encode() in frame for frame in seen)
