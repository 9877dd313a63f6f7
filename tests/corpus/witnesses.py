"""The second witness, tshark, asked about every case, and compared with what the judge sees.

tshark takes a third of a second to start, and is started twice for an answer. So it is not given each case's file, but
the recording of all of them, once for all cases that it would be asked about in the same way. What it sees there is of
the cases whose frames these are.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.judged import SECRET, report
from overheard.words.options import Options
from overheard.words.secret import Secret
from overheard_capture.judge.second_witness import WitnessOptions, disagreements, dissectors, query_tshark
from overheard_capture.wireshark.tshark import own_configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.case import Case
    from corpus.recorded import Recorded
    from overheard.words.report import Disagreement
    from overheard.words.sighting import Sighting
    from overheard_capture.judge.second_witness import Witnessed


class SecondWitness:
    """What tshark sees of the secret of each of these cases, in what was recorded on one tap."""

    def __init__(self, corpus: Recorded, cases: Iterable[Case]) -> None:
        self._corpus = corpus
        self._streams = _streams(corpus)
        alike: dict[tuple[bool, tuple[tuple[str, str], ...]], list[Case]] = defaultdict(list)
        for case in cases:
            # Many a port is another protocol's in another case.
            ports = dissectors(report(corpus, case).account.flows)
            alike[case.any_case, tuple(sorted(ports.items()))].append(case)
        ways = [WitnessOptions(Options(any_case=any_case), decode_as=dict(ports)) for any_case, ports in alike]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(self._ask, ways, alike.values()))
        self._seen = {name: seen for answer in answers for name, seen in answer.items()}

    def sees(self, case: Case) -> list[Witnessed]:
        """Where it sees the secret of a case: frames and streams have the numbers of the recording of all."""
        return self._seen[case.name]

    def differs(self, case: Case, sightings: Iterable[Sighting]) -> tuple[Disagreement, ...]:
        """What only it sees, or only whoever has these sightings in the case's file, where the frames are numbered."""
        frames = self._frames(case)
        # tshark counts streams in the order in which they begin, and so do we.
        streams = list(dict.fromkeys(stream for number in frames for stream in self._streams[number]))
        theirs = [
            replace(
                each,
                frame=frames[each.frame - 1],
                frames=tuple(frames[number - 1] for number in each.frames),
                stream=streams[each.stream] if each.stream >= 0 else each.stream,
            )
            for each in sightings
        ]
        found = disagreements({SECRET: theirs}, {SECRET: self.sees(case)})
        return tuple(replace(each, frame=frames.index(each.frame) + 1) for each in found)

    def _ask(self, how: WitnessOptions, cases: Sequence[Case]) -> dict[str, list[Witnessed]]:
        """Ask about cases that are to be dissected in the same way."""
        secrets = [Secret(value, value.encode()) for value in {case.secret for case in cases}]
        found = query_tshark([self._corpus.everything], secrets, how)
        return {case.name: [each for each in found[case.secret] if each.frame in self._frames(case)] for case in cases}

    def _frames(self, case: Case) -> list[int]:
        """The numbers that the frames of a case have in the recording of all."""
        return self._corpus.played[case.name]["frames"]


def _streams(corpus: Recorded) -> dict[int, list[int]]:
    """The TCP streams of each frame of the recording of all."""
    command = ["tshark", "-r", str(corpus.everything), "-n", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream"]
    with own_configuration() as environment:
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t") for line in said.splitlines())
    return {int(number): [int(each) for each in streams.split(",") if each] for number, streams in lines}
