"""The second witness, tshark, on every case, compared with the judge.

tshark takes a third of a second to start, and is started twice for each result. So it is not run on each case's file,
but once on the frames of all cases that can have the same options. Results are assigned to cases by frame.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cutting import selected
from corpus.judged import SECRET, report
from overheard.words.options import Options
from overheard.words.secret import Secret
from overheard_capture.judge.second_witness import WitnessOptions, disagreements, dissectors, query_tshark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus.case import Case
    from corpus.recorded import Recorded
    from overheard.words.report import Disagreement, Flow
    from overheard.words.sighting import Sighting
    from overheard_capture.judge.second_witness import Witnessed


@dataclass
class _Alike:
    """Cases for which tshark can have the same options, and the dissectors of all TCP ports that they use."""

    any_case: bool
    ports: dict[str, str] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def fits(self, case: Case, ports: Mapping[str, str]) -> bool:
        """Whether a case with these ports fits: a port that others use, too, must have the same protocol."""
        return case.any_case == self.any_case and all(
            self.ports.get(port, kind) == kind for port, kind in ports.items()
        )

    @property
    def options(self) -> WitnessOptions:
        """The options for tshark."""
        decode_as = {port: kind for port, kind in self.ports.items() if kind}
        return WitnessOptions(Options(any_case=self.any_case), decode_as=decode_as)


def _ports(flows: Sequence[Flow]) -> dict[str, str]:
    """The dissector of each TCP port in these flows; empty if it is left to tshark."""
    ends = (end for flow in flows if flow.transport.upper() == "TCP" for end in (flow.client, flow.server))
    return {f"tcp.port=={end.rpartition(':')[2]}": "" for end in ends} | dissectors(flows)


class SecondWitness:
    """What tshark finds of the secret of each case, on one tap."""

    def __init__(self, corpus: Recorded, cases: Iterable[Case]) -> None:
        self._corpus = corpus
        alike: list[_Alike] = []
        for case in cases:
            ports = _ports(report(corpus, case).account.flows)
            fitting = (group for group in alike if group.fits(case, ports))
            if not (group := next(fitting, None)):
                alike.append(group := _Alike(case.any_case))
            group.cases.append(case)
            group.ports |= ports
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(self._ask, alike))
        self._seen = {name: seen for answer in answers for name, seen in answer.items()}

    def sees(self, case: Case) -> list[Witnessed]:
        """Where it finds the secret of a case. Frame and stream numbers are those of the recording of all cases."""
        return self._seen[case.name]

    def differs(self, case: Case, sightings: Iterable[Sighting]) -> tuple[Disagreement, ...]:
        """The disagreements with these sightings, whose frame numbers are those of the case's file."""
        frames = self._frames(case)
        # tshark and the judge both number streams in the order in which they begin.
        streams = list(dict.fromkeys(stream for number in frames for stream in self._corpus.streams[number]))
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

    def _ask(self, alike: _Alike) -> dict[str, list[Witnessed]]:
        """Run tshark for cases with the same options."""
        cases = alike.cases
        secrets = [Secret(value, value.encode()) for value in {case.secret for case in cases}]
        # A frame may be of several cases.
        numbers = sorted({number for case in cases for number in self._frames(case)})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "alike.pcapng"
            path.write_bytes(selected(self._corpus.everything, {*numbers}))
            answers = query_tshark([path], secrets, alike.options)
        found = {
            secret: [
                replace(
                    each,
                    frame=numbers[each.frame - 1],
                    streams=tuple(self._corpus.streams[numbers[each.frame - 1]]),
                    parts=tuple(numbers[part - 1] for part in each.parts),
                )
                for each in seen
            ]
            for secret, seen in answers.items()
        }
        return {case.name: [each for each in found[case.secret] if each.frame in self._frames(case)] for case in cases}

    def _frames(self, case: Case) -> list[int]:
        """The frame numbers of a case in the recording of all cases."""
        return self._corpus.played[case.name]["frames"]
