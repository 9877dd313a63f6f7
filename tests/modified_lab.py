"""Runs the lab with modified code: from a copy of a package, with the others beside it.

The roles of a local run use it, too, as it runs in virtual environments that search the copy before what is installed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from overheard.engines.base import clean_environment
from overheard.words.result import Result
from processes import PROJECT

_PACKAGES = ("lab/overheard", "ca/overheard_ca", "capture/overheard_capture", "services/overheard_services")
LAB = "overheard"
_STORY = f"{LAB}/words/story/__init__.py"


def copied(folder: Path, package: str = LAB) -> Path:
    """Copy a package to `folder`, link the others beside it, which must not be changed, and return the folder.

    Compiled modules are copied, too, or each role would compile all modules again. Those of modified code are outdated,
    by its time. Another process may be writing one, under a name of its own.
    """
    folder.mkdir(exist_ok=True)
    for each in _PACKAGES:
        source = PROJECT / each
        if source.name == package:
            shutil.copytree(source, folder / package, ignore=shutil.ignore_patterns("*.pyc.*"))
        else:
            (folder / source.name).symlink_to(source)
    return folder


def append_to_story(code: Path, more: str) -> None:
    """Append the source code `more` to the story module of the copy in `code`."""
    with (code / _STORY).open("a") as story:
        story.write(f"\n\n{more}\n")


def run(code: Path, runs: Path, *names: str) -> tuple[int, dict[str, Result]]:
    """The exit code and the results of a local run of these scenarios, with the copy in `code`."""
    python = _environment(Path(sys.prefix), code, code / "environment")
    if (beside := Path(f"{sys.prefix}-interceptor")).is_dir():
        _environment(beside, code, code / "environment-interceptor")
    command = [str(python), "-P", "-m", "overheard", "run", *names, "--engine", "local", "--json", "--runs", str(runs)]
    done = subprocess.run(command, cwd=code, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    results = [Result.from_json(data) for data in json.loads(done.stdout)["results"]]
    return done.returncode, {result.scenario: result for result in results}


def _environment(prefix: Path, code: Path, own: Path) -> Path:
    """The Python of an environment in `own`: `code`, and then the packages of that at `prefix`."""
    venv.create(own, symlinks=True)
    searched, installed = (sysconfig.get_path("purelib", "venv", {"base": str(each)}) for each in (own, prefix))
    # A path that such a file names is searched, but not for others of these files: that of the project is left out.
    Path(searched, "modified.pth").write_text(f"{code}\n{installed}\n")
    return own / "bin" / "python"
