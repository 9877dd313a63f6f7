"""Which engine to use, and why."""

from __future__ import annotations

from pathlib import Path

from overheard.engines import NAMES, compose, local
from overheard.engines.base import Engine, Progress
from overheard.engines.compose import ComposeEngine
from overheard.engines.local import LocalEngine
from overheard.words.errors import EngineError, SettingsError


def choose(wanted: str, project: Path, progress: Progress) -> tuple[Engine, str]:
    """The engine of that name, or for an empty name compose if it works and otherwise local; and why, in one line.

    Raises EngineError if the requested engine, or any engine, is not available; NotInstalledError if it lacks Python
    packages; SettingsError if there is none of that name.
    """
    if wanted and wanted not in NAMES:
        raise SettingsError(f"there is no engine {wanted!r}", hint=f"ENGINE is one of {', '.join(NAMES)}, or empty")
    if wanted == "local":
        local.check(project, progress)
        return LocalEngine(), "asked for"
    try:
        compose.check(project, progress)
    except EngineError as problem:
        if wanted == "compose":
            raise
        why = problem.args[0]
    else:
        return ComposeEngine(project), "asked for" if wanted else "a Docker engine and Compose v2 are available"
    try:
        local.check(project, progress)
    except EngineError as problem:
        raise EngineError(f"{why}; and {problem.args[0]}", hint=problem.hint) from None
    return LocalEngine(), why
