"""Walks the scenarios: each is recorded, and what came of it is said as it happens."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.recording import KEY_LOG
from overheard.words.result import Result
from overheard.words.scenario import Scenario, Trust
from overheard_services.client.ask import Answer, ask
from overheard_services.client.sidecar import Sidecar
from overheard_services.enrolment import learn_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.verdict import Verdict
    from overheard_services.client.settings import Settings


def walk(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Run every scenario of the settings, and return what came of each.

    `progress` is told the name of each scenario as it begins, and then that the judge is at work.
    """
    sidecar = Sidecar(settings.capture_url, settings.capture_token_file.read_text().strip(), settings.run)
    keys = _key_log(settings.keys / settings.run)
    with tempfile.TemporaryDirectory(prefix="overheard-client-") as folder:
        root = Path(folder) / "root.pem"
        write_whole(root, learn_root(settings.ca_url, settings.handover))
        answers: list[tuple[Scenario, Answer]] = []
        for scenario in settings.scenarios:
            progress(f"recording {scenario.name}")
            with sidecar.recording(scenario.name):
                trusting = str(root) if scenario.trust is Trust.LAB_CA else None
                answer = ask(scenario.service.url, trusting=trusting, keys=keys)
            answers.append((scenario, answer))
    progress("judging")
    verdicts = sidecar.verdicts()
    return [_result(scenario, answer, verdicts[scenario.name], settings.message) for scenario, answer in answers]


def _result(scenario: Scenario, answer: Answer, verdict: Verdict, message: str) -> Result:
    received = answer.message == message
    error = answer.error or ("" if received else f"the server said something else, {len(answer.message)} characters")
    as_expected = scenario.expected.meets(verdict, received=received, error=error)
    return Result(scenario.name, received, error, verdict, as_expected)


def _key_log(folder: Path) -> Path:
    """An empty key log that only its owner may read: OpenSSL would make it with the modes of any file."""
    folder.mkdir(mode=0o700, exist_ok=True)
    keys = folder / KEY_LOG
    keys.touch(mode=0o600)
    return keys
