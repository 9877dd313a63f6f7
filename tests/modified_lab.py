"""Runs the lab with modified code: from a copy of the packages, which the roles of a local run use.

`python -m` searches the working directory first, which the roles inherit.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from overheard.engines.base import clean_environment
from overheard.words.result import Result
from processes import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGES = ("lab/overheard", "ca/overheard_ca", "capture/overheard_capture", "services/overheard_services")
_STORY = "overheard/words/story/__init__.py"


def copied(folder: Path) -> Path:
    """Copy all packages to `folder`, and return that.

    Compiled modules are copied, too, or each role would compile all modules again. Those of modified code are outdated,
    by its time. Another process may be writing one, under a name of its own.
    """
    for package in _PACKAGES:
        source = PROJECT / package
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("*.pyc.*"))
    return folder


def append_to_story(code: Path, more: str) -> None:
    """Append the source code `more` to the story module of the copy in `code`."""
    with (code / _STORY).open("a") as story:
        story.write(f"\n\n{more}\n")


def run(code: Path, runs: Path, *names: str) -> tuple[int, dict[str, Result]]:
    """The exit code and the results of a local run of these scenarios, with the copy in `code`."""
    command = [sys.executable, "-m", "overheard", "run", *names, "--engine", "local", "--json", "--runs", str(runs)]
    done = subprocess.run(command, cwd=code, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    results = [Result.from_json(data) for data in json.loads(done.stdout)["results"]]
    return done.returncode, {result.scenario: result for result in results}
