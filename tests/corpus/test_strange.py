"""Random secrets from arbitrary streams: what tshark extracts from a stream, the judge finds."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from corpus.cases import CASES
from corpus.recorded import played_or_skipped
from overheard import judge
from overheard.words.verdict import Outcome
from overheard_capture.wireshark.tshark import own_configuration

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.case import Case
    from corpus.recorded import Recorded

# Long enough not to match by chance.
LENGTH = 12


def followed(path: Path, stream: int) -> list[bytes]:
    """The bytes of each direction of a stream, by tshark."""
    command = ["tshark", "-r", str(path), "-n", "-q", "-z", f"follow,tcp,raw,{stream}"]
    with own_configuration() as environment:
        printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    sides = [b"", b""]
    for line in printed.splitlines():
        said = line.strip()
        if said and set(said) <= set("0123456789abcdef"):
            sides[line.startswith("\t")] += bytes.fromhex(said)
    return sides


@pytest.mark.parametrize("case", CASES[::25], ids=lambda case: case.name)
def test_a_secret_that_tshark_extracts_from_a_stream_is_overheard(corpus: Recorded, case: Case) -> None:
    played_or_skipped(corpus, case)
    path = corpus.path(case)
    chance = random.Random(case.name)  # noqa: S311  (nothing is kept secret with it)
    secrets = {}
    for number, said in enumerate(followed(path, 0)):
        for each in range(3 if len(said) >= LENGTH else 0):
            at = chance.randrange(len(said) - LENGTH + 1)
            secrets[f"side {number}, {each}"] = said[at : at + LENGTH]
    if not secrets:
        pytest.skip("no TCP in this case")
    verdicts = judge(path, secrets).verdicts
    assert {name for name, verdict in verdicts.items() if verdict.outcome is not Outcome.OVERHEARD} == set()
