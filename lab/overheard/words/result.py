"""The result of one scenario in one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from overheard.words.verdict import Outcome, Verdict

# How the note begins that tells the server's certificate.
SHOWED = "the server showed: "


@dataclass(frozen=True)
class Exchange:
    """The result of one attempt.

    `received` is whether the client got the message, and `error` the error of its library if it did not; the message
    itself is left out. `notes` are what else the client saw: warnings, greetings, public values. `wire` is what the
    wire showed, for attempts that are about that. `wrong` are deviations from the expectation, one sentence each.
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
    """The result of one scenario: of each attempt, and the verdict.

    `wrong` are deviations of the verdict from the expectation, one sentence each. `skipped` says why a scenario was not
    run, and is empty if it was; a skipped scenario is neither as expected nor failed. `hint` is what to install for it.
    """

    scenario: str
    exchanges: tuple[Exchange, ...]
    verdict: Verdict
    wrong: tuple[str, ...] = ()
    skipped: str = ""
    hint: str = ""

    @classmethod
    def of_skipped(cls, scenario: str, why: str, hint: str = "") -> Self:
        """The result of a scenario that was not run."""
        return cls(scenario, (), Verdict(Outcome.INCONCLUSIVE, ()), skipped=why, hint=hint)

    @property
    def received(self) -> bool:
        """Whether the first attempt got the message."""
        return any(exchange.received for exchange in self.exchanges[:1])

    @property
    def error(self) -> str:
        """The error of the first attempt."""
        return "".join(exchange.error for exchange in self.exchanges[:1])

    @property
    def failed(self) -> bool:
        """Whether it was run and something was not as expected."""
        return bool(self.wrong or any(exchange.wrong for exchange in self.exchanges))

    @property
    def as_expected(self) -> bool:
        """Whether it was run and everything was as expected."""
        return not self.failed and not self.skipped

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "verdict": self.verdict.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        changed = {
            "exchanges": tuple(Exchange.from_json(exchange) for exchange in data["exchanges"]),
            "verdict": Verdict.from_json(data["verdict"]),
            "wrong": tuple(data["wrong"]),
        }
        return cls(**{**data, **changed})


@dataclass(frozen=True)
class Interim:
    """What is known of one scenario while its run goes on.

    `exchanges` are as the client saw them; None until the recording has ended. `verdict` is None until it is judged,
    and so is the positive control. `result` is what came of it in the end.
    """

    scenario: str
    exchanges: tuple[Exchange, ...] | None = None
    verdict: Verdict | None = None
    result: Result | None = None

    @classmethod
    def of(cls, result: Result) -> Self:
        """The end of it."""
        return cls(result.scenario, result.exchanges, result.verdict, result)

    def to_json(self) -> dict[str, Any]:
        """As plain data. Where there is a result, that is all."""
        if self.result:
            return {"scenario": self.scenario, "result": self.result.to_json()}
        return {
            "scenario": self.scenario,
            "exchanges": None if self.exchanges is None else [asdict(each) for each in self.exchanges],
            "verdict": self.verdict.to_json() if self.verdict else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        if "result" in data:
            return cls.of(Result.from_json(data["result"]))
        exchanges, verdict = data["exchanges"], data["verdict"]
        return cls(
            data["scenario"],
            None if exchanges is None else tuple(map(Exchange.from_json, exchanges)),
            Verdict.from_json(verdict) if verdict else None,
        )


def exit_code(results: Iterable[Result]) -> int:
    """0 if everything that was run is as expected; otherwise the worst of the rest: 1 if a secret was overheard, or 2.

    It is also 2 if nothing was run at all.
    """
    results = tuple(results)
    wrong = [result for result in results if result.failed]
    if not wrong:
        ran = any(not result.skipped for result in results)
        return 0 if ran else Outcome.INCONCLUSIVE.exit_code
    overheard = any(result.verdict.outcome is Outcome.OVERHEARD for result in wrong)
    return (Outcome.OVERHEARD if overheard else Outcome.INCONCLUSIVE).exit_code
