"""Random secrets from arbitrary streams: what tshark extracts from a stream, the judge finds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from corpus.cases import CASES
from corpus.recorded import played_or_skipped
from corpus.taps import TAPS
from overheard import judge
from overheard.words.verdict import Outcome
from rows import for_each

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded

# Long enough not to match by chance.
LENGTH = 12


def some(corpus: Recorded) -> list[Case]:
    """Other cases on each tap."""
    return CASES[17 * list(TAPS).index(corpus.tap) :: 50]


@pytest.fixture(scope="module")
def followed(corpus: Recorded) -> dict[str, list[bytes]]:
    """The bytes of each direction of the first stream of each case that has one, by tshark, started once for all."""
    streams: dict[str, str] = {}
    for case in some(corpus):
        frames = corpus.played[case.name]["frames"]
        if stream := next((str(seen[0]) for number in frames if (seen := corpus.streams[number])), ""):
            streams[stream] = case.name
    sides: dict[str, list[bytes]] = {name: [b"", b""] for name in streams.values()}
    of = ""
    for line in corpus.tshark("-q", *(word for stream in streams for word in ("-z", f"follow,tcp,raw,{stream}"))):
        said = line.strip()
        if line.startswith("Filter: "):
            of = streams[line.rpartition(" ")[2]]
        elif said and set(said) <= set("0123456789abcdef"):
            sides[of][line.startswith("\t")] += bytes.fromhex(said)
    return sides


@for_each(which=range(len(CASES) // 50))
def test_a_secret_that_tshark_extracts_from_a_stream_is_overheard(
    corpus: Recorded, followed: dict[str, list[bytes]], which: int
) -> None:
    case = some(corpus)[which]
    played_or_skipped(corpus, case)
    path = corpus.path(case)
    chance = random.Random(case.name)  # noqa: S311  (nothing is kept secret with it)
    secrets = {}
    for number, said in enumerate(followed.get(case.name, ())):
        for each in range(3 if len(said) >= LENGTH else 0):
            at = chance.randrange(len(said) - LENGTH + 1)
            secrets[f"side {number}, {each}"] = said[at : at + LENGTH]
    if not secrets:
        pytest.skip("no TCP in this case")
    verdicts = judge(path, secrets).verdicts
    assert {name for name, verdict in verdicts.items() if verdict.outcome is not Outcome.OVERHEARD} == set()
