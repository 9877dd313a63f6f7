"""The installers of Python packages, each limited to its own folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from install.places import HERE, NETWORK
from install.wheels import of_the_project, without_index

if TYPE_CHECKING:
    from install.places import Place

# Each installer compiles the same once more. That it can be optimised, the wheel shows, and the library of these tests.
_COMPILER = """\
#!/bin/sh
exec cc "$@" -O0
"""


@dataclass(frozen=True)
class Installed:
    """Overheard, installed in a place: its command, and the Python that imports it."""

    place: Place
    command: Path
    python: Path

    def overheard(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the command, in a folder that is not a checkout."""
        return self.place.run(self.command, *arguments, COLUMNS="120")

    def says(self, code: str, *arguments: str | Path) -> str:
        """The output of Python code that can import it."""
        done = self.place.run(self.python, "-c", code, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass(frozen=True)
class Tools:
    """Pip, pipx and uv; the latter two in a folder that exists in every place, with a C compiler for this machine.

    pip compiles no modules, as uv does not: of all that is installed, few are imported.
    """

    folder: Path

    @staticmethod
    def copy(folder: Path) -> None:
        """Copy them from this environment: uv is one program, and pipx is pure Python."""
        shutil.copy(Path(sys.executable).with_name("uv"), folder / "uv")
        command: list[str | Path] = [folder / "uv", "pip", "install", "--quiet", "--python", sys.executable]
        command += ["--target", folder / "pipx", f"pipx=={version('pipx')}"]
        subprocess.run(command, env={**os.environ, **NETWORK, "UV_LINK_MODE": "copy"}, check=True)
        compiler = folder / "cc"
        compiler.write_text(_COMPILER)
        compiler.chmod(0o755)

    def pip(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install in a new virtual environment."""
        python = place.virtual_environment(home)
        self._done(place, home, python, "-m", "pip", "install", "--quiet", what, **without_index(of_the_project(place)))
        return Installed(place, home / "bin" / "overheard", python)

    def pipx(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install with pipx, which uses pip, as it finds no uv. Its pip is there, as if it had installed before."""
        place.virtual_environment(home / "shared")
        # pipx looks when it was changed.
        (home / "shared" / "bin" / "pip").touch()
        variables = without_index(of_the_project(place))
        variables |= {"PIPX_HOME": home, "PIPX_BIN_DIR": home / "bin", "PYTHONPATH": self.folder / "pipx"}
        self._done(place, home, place.python, "-m", "pipx", "install", what, **variables)
        return Installed(place, home / "bin" / "overheard", home / "venvs" / "overheard" / "bin" / "python")

    def uv(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install from the index, with the Python of the place: uv might download another."""
        variables: dict[str, str | Path] = {"UV_TOOL_DIR": home, "UV_TOOL_BIN_DIR": home / "bin"}
        variables["UV_PYTHON_DOWNLOADS"] = "never"
        command = (self.folder / "uv", "tool", "install", "--python", place.python, what)
        self._done(place, home, *command, **variables)
        return Installed(place, home / "bin" / "overheard", home / "overheard" / "bin" / "python")

    def dry_run(self, installed: Installed, what: str) -> str:
        """What uv would add to an installation."""
        command = (self.folder / "uv", "pip", "install", "--dry-run", "--python", installed.python, what)
        return self._done(installed.place, self.folder, *command)

    def _done(self, place: Place, home: Path, *command: str | Path, **variables: str | Path) -> str:
        # Roots have no compiler.
        compiler = {"CC": self.folder / "cc"} if place.name == HERE else {}
        return place.output(*command, HOME=home, UV_LINK_MODE="copy", **compiler, **variables)
