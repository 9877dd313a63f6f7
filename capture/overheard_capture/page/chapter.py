"""One chapter as the page shows it: what is known of its scenario, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from overheard.report.summary import evidence, got, saw, short_error
from overheard.words.colours import steps
from overheard.words.result import Result
from overheard.words.story import SCENARIOS
from overheard_capture.page.paint import Picture, picture
from overheard_capture.page.run_folder import Stage

if TYPE_CHECKING:
    from overheard.words.result import Exchange, Interim
    from overheard.words.scenario import Scenario
    from overheard.words.verdict import Verdict
    from overheard_capture.page.masking import Masking
    from overheard_capture.page.run_folder import RunFolder


@dataclass(frozen=True)
class Chapter:
    """A scenario of the story in a run, whose secret message `masking` knows and may hide."""

    number: int
    scenario: Scenario
    run: RunFolder
    masking: Masking

    @property
    def name(self) -> str:
        """The name of the scenario."""
        return self.scenario.name

    @cached_property
    def stage(self) -> Stage:
        """How far it is."""
        return self.run.stage(self.name)

    @property
    def interim(self) -> Interim | None:
        """What is known of it."""
        return self.run.known.get(self.name)

    @property
    def is_recorded(self) -> bool:
        """Whether its recording has ended."""
        return self.run.is_recorded(self.name)

    @property
    def is_encrypted(self) -> bool:
        """Whether a client of it uses TLS."""
        return any(attempt.service.scheme == "https" for attempt in self.scenario.attempts)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What the client saw, once the recording has ended."""
        return (self.interim and self.interim.exchanges) or ()

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, once there is one. A scenario that was skipped has none."""
        return self.interim.verdict if self.interim and self.stage is Stage.JUDGED else None

    @property
    def status(self) -> str:
        """The word of the verdict; before there is one, how far it is."""
        return str(self.verdict.outcome) if self.verdict else str(self.stage)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Deviations from the expectation, one sentence each."""
        result = self.interim and self.interim.result
        if not result:
            return ()
        return (*(wrong for exchange in result.exchanges for wrong in exchange.wrong), *result.wrong)

    @property
    def skipped(self) -> str:
        """Why it was skipped; empty if it was not."""
        result = self.interim and self.interim.result
        return result.skipped if result else ""

    @property
    def client_got(self) -> str:
        """What the client got, in a phrase."""
        return self.masking.text(got(self._result, self.masking.message)) if self.exchanges else ""

    @property
    def spy_saw(self) -> str:
        """What the spy saw, in a phrase."""
        return self.masking.text(saw(self._result, self.masking.message)) if self.verdict else ""

    @property
    def evidence(self) -> str:
        """The evidence for the verdict, in one line."""
        return evidence(self.verdict) if self.verdict else ""

    @property
    def paint(self) -> Picture | None:
        """The picture of the key agreement, where the chapter has one."""
        return picture() if self.scenario.chapter.aside == steps() else None

    @property
    def public_values(self) -> list[str]:
        """The public values of its key agreement, as the client saw them."""
        return [note for exchange in self.exchanges for note in exchange.notes if "public value" in note]

    def reply(self, exchange: Exchange) -> str:
        """What an attempt got: the message, or the part of the error that says what happened."""
        return self.masking.text(self.masking.message if exchange.received else short_error(exchange.error))

    @property
    def _result(self) -> Result:
        interim = self.interim
        if interim and interim.result:
            return interim.result
        nothing = Result.of_skipped(self.name, "")
        return Result(self.name, self.exchanges, self.verdict or nothing.verdict)


def chapters(run: RunFolder, masking: Masking) -> list[Chapter]:
    """All chapters, in the order of the story."""
    return [Chapter(number, scenario, run, masking) for number, scenario in enumerate(SCENARIOS, 1)]
