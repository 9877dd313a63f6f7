"""The corpus as recorded on one tap."""

from __future__ import annotations

import json
import subprocess
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.containers import containers
from corpus.cutting import frames
from corpus.truth import parts, segments
from overheard_capture.wireshark.tshark import own_configuration
from processes import in_namespaces
from required import REQUIRED

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.record import Played
    from corpus.truth import Part, Segment

_STAGE = Path(__file__).parent.parent / "corpus_stage.py"


@dataclass(frozen=True)
class Recorded:
    """The recordings of one tap: a file for each case, and one of all cases."""

    tap: str
    folder: Path

    @classmethod
    def on(cls, tap: str, folder: Path) -> Recorded:
        """Record the corpus. Raises ContainersError if the containers of the tap do not start."""
        with containers(folder) if tap == "compose" else nullcontext():
            in_namespaces(_STAGE, tap, str(folder))
        return cls(tap, folder)

    @cached_property
    def played(self) -> dict[str, Played]:
        """The result of each case."""
        played: dict[str, Played] = json.loads((self.folder / "played.json").read_text())
        return played

    @property
    def everything(self) -> Path:
        """The recording of all cases."""
        return self.folder / "all.pcapng"

    def path(self, case: Case) -> Path:
        """The file of a case."""
        return self.folder / f"{case.name}.pcapng"

    def wire(self, case: Case) -> bytes:
        """The bytes on the wire that carry the secret of a case."""
        wire = self.played[case.name]["wire"]
        return case.secret.encode() if wire is None else bytes.fromhex(wire)

    @cached_property
    def streams(self) -> dict[int, list[int]]:
        """The TCP streams of each frame in the recording of all cases, as tshark numbers them."""
        lines = (line.split("\t") for line in self.tshark("-T", "fields", "-e", "frame.number", "-e", "tcp.stream"))
        return {int(number): [int(each) for each in streams.split(",") if each] for number, streams in lines}

    def tshark(self, *arguments: str) -> list[str]:
        """The lines of tshark on the recording of all cases."""
        command = ["tshark", "-r", str(self.everything), "-n", *arguments]
        with own_configuration() as environment:
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            ).stdout.splitlines()

    def truth(self, case: Case) -> list[Part]:
        """The location of these bytes in the file of the case."""
        numbers = {number: own for own, number in enumerate(self.played[case.name]["frames"], 1)}
        of_it = [one._replace(frame=numbers[one.frame]) for one in self._segments if one.frame in numbers]
        return parts(frames(self.path(case)), of_it, self.wire(case))

    @cached_property
    def _segments(self) -> list[Segment]:
        return segments(self.everything)


def played_or_skipped(corpus: Recorded, case: Case) -> None:
    """Skip or fail the test if a case was not played."""
    played = corpus.played[case.name]
    assert not played["failed"], played["failed"]
    if played["missing"]:
        if REQUIRED:
            pytest.fail(f"{case.name} must be played here, but {played['missing']}")
        pytest.skip(f"{case.name}: {played['missing']}")
