"""One run of the whole story, and what comes after it, on each engine, for all tests in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.engines.base import Job, new_run
from overheard.words.story import by_name
from scenarios.runs import MESSAGE, Run

if TYPE_CHECKING:
    from overheard.engines.base import Engine


@pytest.fixture(scope="session")
def run(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run, on each available engine."""
    folder = tmp_path_factory.mktemp("runs") / new_run()
    folder.mkdir()
    job = Job(folder, {"OVERHEARD_MESSAGE": MESSAGE, "OVERHEARD_CLIENT_SCENARIOS": ",".join(by_name())})
    progress: list[str] = []
    results = engine.run(job, progress.append)
    return Run(engine.name, job, {result.scenario: result for result in results}, progress)
