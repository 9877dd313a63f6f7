"""The folder of a run as the page sees it: what is known of each scenario, and how far each is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from overheard.words.errors import OverheardError, UnreadableError
from overheard.words.recording import KEY_LOG, RESULTS
from overheard.words.result import Interim
from overheard.words.story import by_name
from overheard.words.texts import all_escaped

# The names of runs, and of any folder that a user renamed one to. Nothing else reaches the file system.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_BY_NAME = by_name()


class UnknownRunError(OverheardError):
    """No run or scenario has this name."""


class Stage(StrEnum):
    """How far a scenario is, in a word for people."""

    NOT_RUN = "not part of this run"
    WAITING = "waiting"
    RECORDING = "being recorded"
    JUDGING = "being judged"
    JUDGED = "judged"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class RunFolder:
    """A run in its folder, as it was when first looked at: for a later look, open it again."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.path.name

    @property
    def key_log(self) -> Path:
        """The session keys of the run; there may be none."""
        return self.path / KEY_LOG

    @cached_property
    def known(self) -> dict[str, Interim]:
        """What is known of each scenario, by its name, with all texts safe to show. Raises UnreadableError."""
        # To read a pipe of that name would never end.
        if not (self.path / RESULTS).is_file():
            return {}
        try:
            content = json.loads((self.path / RESULTS).read_bytes())
            each = [all_escaped(Interim.from_json(data)) for data in content["results"]]
        except (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            raise UnreadableError(
                f"{self.path / RESULTS} cannot be read: {type(problem).__name__}: {problem}",
                hint="run the scenario again",
            ) from None
        return {interim.scenario: interim for interim in each if interim.scenario in _BY_NAME}

    @property
    def stamp(self) -> str:
        """Another text whenever something in it has changed, without reading any of it."""
        results = self.path / RESULTS
        written = results.stat().st_mtime_ns if results.is_file() else 0
        return f"{written}-{len(list(self.path.glob('*.pcapng')))}"

    @property
    def has_ended(self) -> bool:
        """Whether all of its results are known."""
        return bool(self.known) and all(interim.result for interim in self.known.values())

    def recording(self, scenario: str) -> Path:
        """The recording of a scenario. Raises UnknownRunError if there is none."""
        path = self.path / f"{scenario}.pcapng"
        if scenario not in _BY_NAME or not path.is_file():
            raise UnknownRunError(f"the run {self.name} has no recording of {scenario!r}")
        return path

    def is_recorded(self, scenario: str) -> bool:
        """Whether there is a recording of a scenario that has ended."""
        return self.stage(scenario) in {Stage.JUDGING, Stage.JUDGED} and (self.path / f"{scenario}.pcapng").is_file()

    def stage(self, scenario: str) -> Stage:
        """How far a scenario is."""
        interim = self.known.get(scenario)
        if interim and interim.result and interim.result.skipped:
            return Stage.SKIPPED
        if interim:
            return Stage.JUDGED if interim.verdict else Stage.JUDGING
        if (self.path / f"{scenario}.pcapng").is_file():
            return Stage.RECORDING
        return Stage.NOT_RUN if self.has_ended else Stage.WAITING


@dataclass(frozen=True)
class RunFolders:
    """The folder of all runs."""

    path: Path

    def open(self, name: str) -> RunFolder:
        """The run of that name. Raises UnknownRunError."""
        path = self.path / name
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_dir():
            raise UnknownRunError(f"there is no run {name!r}")
        return RunFolder(path)

    @property
    def names(self) -> list[str]:
        """The names of all runs, the newest first."""
        if not self.path.is_dir():
            return []
        folders = (each for each in self.path.iterdir() if each.is_dir() and not each.is_symlink())
        return sorted((each.name for each in folders if _is_run(each)), reverse=True)


def _is_run(folder: Path) -> bool:
    """Whether a folder has a recording, or will: an engine makes a folder for logs first."""
    return bool(_NAME.fullmatch(folder.name)) and (
        (folder / RESULTS).is_file() or (folder / "logs").is_dir() or any(folder.glob("*.pcapng"))
    )
