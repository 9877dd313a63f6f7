"""Which engine to take, and why."""

from __future__ import annotations

from pathlib import Path

from overheard.engines import NAMES, compose, local
from overheard.engines.base import Engine, Progress
from overheard.engines.compose import ComposeEngine
from overheard.engines.local import LocalEngine
from overheard.words.errors import EngineError


def choose(wanted: str, project: Path, progress: Progress) -> tuple[Engine, str]:
    """The engine of that name, or for an empty name compose where it works and local elsewhere; and why, in a line.

    Raises EngineError when the wanted engine, or any, is not to be had; NotInstalledError for packages of Python.
    """
    if wanted and wanted not in NAMES:
        raise EngineError(f"there is no engine {wanted!r}", hint=f"ENGINE is one of {', '.join(NAMES)}, or empty")
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
        return ComposeEngine(project), "asked for" if wanted else "a Docker engine and Compose v2 answer"
    try:
        local.check(project, progress)
    except EngineError as problem:
        raise EngineError(f"{why}; and {problem.args[0]}", hint=problem.hint) from None
    return LocalEngine(), why
