"""Runs the scenarios: each is recorded, and its results are reported."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.result import Result
from overheard.words.scenario import Need, Scenario
from overheard_services.client.attempt import Answer, make
from overheard_services.client.client_files import ClientFiles
from overheard_services.client.compare import exchanges, seen_by_client
from overheard_services.client.settings import contents
from overheard_services.client.sidecar import Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.scenario import Attempt
    from overheard.words.verdict import Verdict
    from overheard_services.client.settings import Settings

# The first version with X25519MLKEM768.
_POST_QUANTUM = (3, 5)


def run_scenarios(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Run every scenario of the settings, and return the results.

    `progress` is called at the start of each scenario, and when the judge starts.
    """
    token = contents("OVERHEARD_CAPTURE_TOKEN_FILE", settings.capture_token_file).decode()
    sidecar = Sidecar(settings.capture_url, token, settings.run)
    lacking = {each.name: found for each in settings.scenarios if (found := lacks(each, settings))}
    answers: dict[str, list[Answer]] = {}
    with tempfile.TemporaryDirectory(prefix="overheard-client-") as folder:
        has = ClientFiles.gather(settings, Path(folder))
        for scenario in settings.scenarios:
            if scenario.name not in lacking:
                progress(f"recording {scenario.name}")
                ways = has.prepared(scenario.attempts)
                with sidecar.recording(scenario.name) as seen:
                    came = answers[scenario.name] = [make(attempt, way, has) for attempt, way in ways]
                    seen.extend(seen_by_client(scenario.attempts, came, settings.message))
                both = zip(scenario.attempts, came, strict=True)
                answers[scenario.name] = [_watched(attempt, answer, has) for attempt, answer in both]
    progress("judging")
    verdicts = sidecar.verdicts() if answers else {}
    results = [
        _result(scenario, answers[scenario.name], verdicts[scenario.name], settings.message)
        if scenario.name in answers
        else Result.of_skipped(scenario.name, *lacking[scenario.name])
        for scenario in settings.scenarios
    ]
    if answers:
        sidecar.keep(results)
    return results


def _watched(attempt: Attempt, answer: Answer, has: ClientFiles) -> Answer:
    """The answer, with what the log has for the name if the attempt is about that. This is in no recording, either."""
    if not attempt.logged or not answer.chain:
        return answer
    return replace(answer, notes=(*answer.notes, *has.log_watch.notes(attempt.service.host, answer.chain)))


def lacks(scenario: Scenario, settings: Settings) -> tuple[str, str] | None:
    """What a scenario needs but this lab lacks, in a sentence, and how to get it; None if nothing is missing."""
    if Need.INTERCEPTOR in scenario.needs and not settings.impostor:
        return f"it needs {Need.INTERCEPTOR}, and none runs here", Need.INTERCEPTOR.cure
    if Need.POST_QUANTUM in scenario.needs and ssl.OPENSSL_VERSION_INFO[:2] < _POST_QUANTUM:
        here = ssl.OPENSSL_VERSION.split()[1]
        return f"it needs {Need.POST_QUANTUM}, and here is {here}", Need.POST_QUANTUM.cure
    return None


def _result(scenario: Scenario, answers: list[Answer], verdict: Verdict, message: str) -> Result:
    came = exchanges(scenario.attempts, answers, verdict, message)
    return Result(scenario.name, came, verdict, scenario.expected.wrong(verdict))
