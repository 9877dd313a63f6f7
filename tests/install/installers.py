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

from install.places import CACHE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from install.places import Place

# How pip and uv reach their index. Read at import, because tests run without these variables.
NETWORK = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "UV_")) or name.upper().endswith("_PROXY") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR")
}

# A virtual environment with the pip of its Python. ensurepip would unpack the same wheel, and compile all its modules.
_ENVIRONMENT = """
import ensurepip, pathlib, sys, sysconfig, venv, zipfile
venv.create(sys.argv[1], symlinks=True)
bundled = sysconfig.get_config_var("WHEEL_PKG_DIR") or pathlib.Path(ensurepip.__file__).with_name("_bundled")
(pip,) = pathlib.Path(bundled).glob("pip-*.whl")
zipfile.ZipFile(pip).extractall(sysconfig.get_path("purelib", "venv", {"base": sys.argv[1]}))
"""
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

    @classmethod
    def made(cls, folder: Path) -> Tools:
        """Copies from this environment: uv is one program, and pipx is pure Python."""
        shutil.copy(Path(sys.executable).with_name("uv"), folder / "uv")
        command: list[str | Path] = [folder / "uv", "pip", "install", "--quiet", "--python", sys.executable]
        command += ["--target", folder / "pipx", f"pipx=={version('pipx')}"]
        subprocess.run(command, env={**os.environ, **NETWORK, "UV_LINK_MODE": "copy"}, check=True)
        compiler = folder / "cc"
        compiler.write_text(_COMPILER)
        compiler.chmod(0o755)
        return cls(folder)

    def pip(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install in a new virtual environment."""
        python = home / "bin" / "python"
        self._done(place, home, {}, place.python, "-c", _ENVIRONMENT, home)
        self._done(place, home, {}, python, "-m", "pip", "install", "--quiet", "--no-compile", what)
        return Installed(place, home / "bin" / "overheard", python)

    def pipx(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install with pipx, which uses pip, as it finds no uv."""
        variables: dict[str, str | Path] = {"PIPX_HOME": home, "PIPX_BIN_DIR": home / "bin"}
        variables["PYTHONPATH"] = self.folder / "pipx"
        self._done(place, home, variables, place.python, "-m", "pipx", "install", "--pip-args=--no-compile", what)
        return Installed(place, home / "bin" / "overheard", home / "venvs" / "overheard" / "bin" / "python")

    def uv(self, place: Place, home: Path, what: str | Path) -> Installed:
        """Install with the Python of the place: uv might download another."""
        variables: dict[str, str | Path] = {"UV_TOOL_DIR": home, "UV_TOOL_BIN_DIR": home / "bin"}
        variables["UV_PYTHON_DOWNLOADS"] = "never"
        self._done(place, home, variables, self.folder / "uv", "tool", "install", "--python", place.python, what)
        return Installed(place, home / "bin" / "overheard", home / "overheard" / "bin" / "python")

    def dry_run(self, installed: Installed, what: str) -> str:
        """What uv would add to an installation."""
        return self._done(
            installed.place,
            self.folder,
            {},
            *(self.folder / "uv", "pip", "install", "--dry-run", "--python", installed.python, what),
        )

    def _done(self, place: Place, home: Path, variables: Mapping[str, str | Path], *command: str | Path) -> str:
        """The output of an installer. Fails the test if it fails."""
        # Bytecode of what is used is written when it is used first.
        environment = {
            **NETWORK,
            "PIP_NO_COMPILE": "1",
            "HOME": home,
            "XDG_CACHE_HOME": CACHE,
            "UV_LINK_MODE": "copy",
            # Roots have no compiler.
            **({} if place.root else {"CC": self.folder / "cc"}),
            **variables,
        }
        done = place.run(*command, **environment)
        assert done.returncode == 0, f"{place.name}: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr
