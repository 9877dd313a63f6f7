"""The run that the tests of the page are about."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from overheard.engines.base import Job, new_run
from overheard.words.recording import RESULTS
from overheard_capture.page.run_folder import RunFolder, RunFolders
from workers import once

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from overheard.engines.base import Engine

# Each kind of page: in clear, encrypted, refused, intercepted, with a picture, and with the keys of TLS 1.2.
NAMES = (
    "http",
    "diffie-hellman",
    "https-untrusted",
    "https",
    "https-unverified-intercepted",
    "mutual-tls",
    "no-forward-secrecy",
)
# Nothing else on the page says this, so whoever finds it has found the secret.
MESSAGE = "acorns: 7 steps north of the oak"
HERE = {"base_url": "http://127.0.0.1:8080"}


class Again:
    """Remembers what was to be run again."""

    busy = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, scenario: str) -> str:
        self.asked.append(scenario)
        return "run"


def part_of(run: RunFolder, folder: Path, *names: str) -> RunFolder:
    """A copy of a run, with these scenarios alone."""
    shutil.copytree(run.path, folder)
    known = json.loads((folder / RESULTS).read_text())["results"]
    kept = [each for each in known if (each.get("result") or each)["scenario"] in names]
    (folder / RESULTS).write_text(json.dumps({"results": kept}))
    return RunFolder(folder)


def lab_run(factory: pytest.TempPathFactory, engine: Engine) -> RunFolder:
    """The folder of a real run with these scenarios, made once for all tests."""

    def make(folder: Path) -> None:
        job = Job(folder / new_run(), {"OVERHEARD_CLIENT_SCENARIOS": ",".join(NAMES), "OVERHEARD_MESSAGE": MESSAGE})
        job.folder.mkdir()
        engine.run(job, lambda _doing: None)
        assert (job.folder / RESULTS).is_file()

    runs = RunFolders(once(factory, "page", make))
    return runs.open(runs.names[0])
