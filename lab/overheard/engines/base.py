"""The seam behind which the roles run, in containers or as processes: what an engine is given, and what it gives."""

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

# What a role may have from the environment of the caller; all else could change the story: proxies, CA bundles, keys.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True)
class Job:
    """One run of the lab.

    `folder` is where its recordings, key log, verdicts and logs are left; it exists, is empty,
    and is called like the run.
    `variables` are settings of roles (OVERHEARD_*) that differ from their defaults.
    """

    folder: Path
    variables: Mapping[str, str]

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
        """Where the roles' own words are left."""
        return self.folder / "logs"


# Is told what is being done, in words for people.
Progress = Callable[[str], None]


class Engine(Protocol):
    """A place where the roles run."""

    @property
    def name(self) -> str:
        """What it is called."""

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """Run the lab once and leave nothing running, whatever happens.

        `progress` is told what is being done. Raises EngineError when the roles do not come up or the client does not
        come to results.
        """


def new_run() -> str:
    """A name that no other run has, and that sorts by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def clean_environment() -> dict[str, str]:
    """The caller's environment without anything that could change the story."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def follow(events: IO[str], progress: Progress) -> list[Result]:
    """Read the client's events to their end, pass its progress on, and return its results, if it came to any."""
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
    """Pass `results` on. Raises EngineError, with the end of what the roles said, when there are none."""
    if results:
        return results
    said = log.read_text(errors="replace").strip().splitlines() if log.is_file() else []
    raise EngineError(
        "the lab produced no result" + (f": {said[-1]}" if said else ""),
        hint=f"the logs of the roles are in {job.logs}",
    )
