"""What came of one scenario in one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from overheard.words.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Result:
    """What came of one scenario.

    `received` is whether the client got the message, `error` what its library said where it did not; the message itself
    is left out. `as_expected` is whether that and the verdict are what the scenario expects.
    """

    scenario: str
    received: bool
    error: str
    verdict: Verdict
    as_expected: bool

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        return cls(**{**data, "verdict": Verdict.from_json(data["verdict"])})


def exit_code(results: Iterable[Result]) -> int:
    """0 when all is as expected; else the gravest of what is not: 1 where something was overheard, 2 otherwise."""
    wrong = [result for result in results if not result.as_expected]
    if not wrong:
        return 0
    overheard = any(result.verdict.outcome is Outcome.OVERHEARD for result in wrong)
    return (Outcome.OVERHEARD if overheard else Outcome.INCONCLUSIVE).exit_code
