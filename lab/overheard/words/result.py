"""What came of one scenario in one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from overheard.words.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Exchange:
    """What came of one attempt.

    `received` is whether the client got the message, `error` what its library said where it did not; the message itself
    is left out. `notes` is what else the client was shown: warnings, greetings, public values. `wire` is what the wire
    showed of an attempt that is about that. `wrong` is what is not as expected, a sentence each.
    """

    attempt: str
    received: bool
    error: str = ""
    notes: tuple[str, ...] = ()
    wire: str = ""
    wrong: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `dataclasses.asdict`."""
        return cls(**{**data, "notes": tuple(data["notes"]), "wrong": tuple(data["wrong"])})


@dataclass(frozen=True)
class Result:
    """What came of one scenario: of each attempt, and of the judge.

    `wrong` is what of the verdict is not as expected, a sentence each. `skipped` says why a scenario was not run, and
    is empty where it was: it is then neither as expected nor failed.
    """

    scenario: str
    exchanges: tuple[Exchange, ...]
    verdict: Verdict
    wrong: tuple[str, ...] = ()
    skipped: str = ""

    @classmethod
    def of_skipped(cls, scenario: str, why: str) -> Self:
        """That of a scenario that was not run."""
        return cls(scenario, (), Verdict(Outcome.INCONCLUSIVE, ()), skipped=why)

    @property
    def received(self) -> bool:
        """Whether the first attempt got the message."""
        return any(exchange.received for exchange in self.exchanges[:1])

    @property
    def error(self) -> str:
        """What the first attempt got in its place."""
        return "".join(exchange.error for exchange in self.exchanges[:1])

    @property
    def failed(self) -> bool:
        """Whether it was run, and something is not as expected."""
        return bool(self.wrong or any(exchange.wrong for exchange in self.exchanges))

    @property
    def as_expected(self) -> bool:
        """Whether it was run, and all is as expected."""
        return not self.failed and not self.skipped

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        changed = {
            "exchanges": tuple(Exchange.from_json(exchange) for exchange in data["exchanges"]),
            "verdict": Verdict.from_json(data["verdict"]),
            "wrong": tuple(data["wrong"]),
        }
        return cls(**{**data, **changed})


def exit_code(results: Iterable[Result]) -> int:
    """0 when all that was run is as expected; else the gravest of what is not: 1 where something was overheard, or 2.

    It is 2 as well where nothing was run at all.
    """
    results = tuple(results)
    wrong = [result for result in results if result.failed]
    if not wrong:
        ran = any(not result.skipped for result in results)
        return 0 if ran else Outcome.INCONCLUSIVE.exit_code
    overheard = any(result.verdict.outcome is Outcome.OVERHEARD for result in wrong)
    return (Outcome.OVERHEARD if overheard else Outcome.INCONCLUSIVE).exit_code
