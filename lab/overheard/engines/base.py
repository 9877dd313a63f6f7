"""The interface of an engine, which runs the roles in containers or as processes: its input and its results."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from overheard.words.errors import EngineError
from overheard.words.recording import KEY_LOG
from overheard.words.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

# The variables that a role gets from the caller's environment. Others (proxies, CA bundles, key logs) could change the
# story.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True)
class Job:
    """One run of the lab.

    `folder` is for its recordings, key log, verdicts and logs; it exists, is empty, and has the run's name.
    `variables` are settings of roles (OVERHEARD_*) that differ from their defaults. `page_port` is the port of this
    machine on which an engine that does not fill the folder while the lab runs serves the page; 0 for none.
    """

    folder: Path
    variables: Mapping[str, str]
    page_port: int = 0

    @property
    def run(self) -> str:
        """The name of the run."""
        return self.folder.name

    @property
    def keys(self) -> Path:
        """The key log, in the format of SSLKEYLOGFILE."""
        return self.folder / KEY_LOG

    @property
    def logs(self) -> Path:
        """The folder of the roles' logs."""
        return self.folder / "logs"


# A callback that gets a description of the current step, for people.
Progress = Callable[[str], None]


class Engine(Protocol):
    """A place where the roles run."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def fills_folder(self) -> bool:
        """Whether recordings and results are in the folder of a run while the lab runs, and not only afterwards."""

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """Run the lab once and leave nothing running, whatever happens.

        `progress` is called with each step. Raises EngineError if the roles do not start or the client produces no
        results.
        """


def new_run() -> str:
    """A unique name for a run, which sorts by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def clean_environment() -> dict[str, str]:
    """The caller's environment without anything that could change the story."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def follow(events: IO[str], progress: Progress) -> list[Result]:
    """Read the client's events to the end, pass on its progress, and return its results, if there are any."""
    results: list[Result] = []
    for line in events:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if not isinstance(event, dict):
            continue
        if "progress" in event:
            progress(event["progress"])
        results += [Result.from_json(data) for data in event.get("results", ())]
    return results


def results_or_error(results: list[Result], job: Job, log: Path) -> list[Result]:
    """Return `results`. Raises EngineError, with the last line of the roles' output, if there are none."""
    if results:
        return results
    said = log.read_text(errors="replace").strip().splitlines() if log.is_file() else []
    raise EngineError(
        "the lab produced no result" + (f": {said[-1]}" if said else ""),
        hint=f"the logs of the roles are in {job.logs}",
    )
