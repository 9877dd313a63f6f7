"""Both witnesses on the corpus: the judge finds what tshark finds; what the judge alone finds is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.cases import CASES
from corpus.judged import SECRET, sightings
from corpus.recorded import played_or_skipped
from corpus.taps import TAPS
from corpus.witnesses import SecondWitness
from overheard import judge
from overheard.words.options import Options
from overheard_capture.judge.second_witness import OURS, TSHARK
from rows import for_each

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded

# Cases in which tshark finds the secret, one for each kind of reassembly, decoding and spelling.
SEEN_BY_TSHARK = [
    "plain", "base64-at-1", "utf-16-le", "coding-gzip", "chunked-split", "h2-header", "grpc-gzip", "websocket-deflate",
    "smtp-auth-plain", "redis", "udp", "dns-text", "fragments", "sctp-two-packets", "quic-server-name",
]  # fmt: skip
NAMED = {case.name: case for case in CASES}


@pytest.fixture(scope="module")
def second(corpus: Recorded) -> SecondWitness:
    """What tshark finds in all cases that were played."""
    return SecondWitness(corpus, [case for case in CASES if corpus.played[case.name]["frames"]])


@for_each(case=CASES)
def test_tshark_finds_nothing_that_the_judge_does_not(corpus: Recorded, second: SecondWitness, case: Case) -> None:
    played_or_skipped(corpus, case)
    ours = sightings(corpus, case)
    differ = second.differs(case, ours)
    assert [each for each in differ if each.seen_by == TSHARK] == []
    if ours and not second.sees(case):
        # That is not a fault, as tshark decodes less. But it is reported.
        assert {each.seen_by for each in differ} == {OURS}


@for_each(name=SEEN_BY_TSHARK)
def test_a_sighting_that_the_judge_misses_is_reported(corpus: Recorded, second: SecondWitness, name: str) -> None:
    """Without the judge's sightings, the test above fails."""
    played_or_skipped(corpus, NAMED[name])
    differ = second.differs(NAMED[name], ())
    assert {each.seen_by for each in differ} == {TSHARK}


@for_each(number=range(0, len(CASES) - 100, 100))
def test_one_query_for_all_cases_gives_the_results_of_single_queries(
    corpus: Recorded, second: SecondWitness, number: int
) -> None:
    """Other cases on each tap, as each takes seconds."""
    case = CASES[number + 33 * list(TAPS).index(corpus.tap)]
    played_or_skipped(corpus, case)
    alone = judge(corpus.path(case), {SECRET: case.secret}, Options(any_case=case.any_case), second_witness=True)
    assert second.differs(case, sightings(corpus, case)) == alone.disagreements
