"""Where Overheard is installed: this machine, and the Pythons of other releases of Debian, in roots of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from conftest import PROJECT

# Releases of Debian: the next after that of CI's machine, and the newest that is always whole.
SUITES = ("trixie", "testing")
HERE = "here"

# No more than a Python needs to make environments. Nothing is set up, only unpacked: three times as fast.
_PACKAGES = "base-files,coreutils,dash,python3,python3-venv"
# Indexes of a mirror that was pinned have long expired.
_APT = ("Check-Valid-Until", "Check-Date")
# What of this machine must be in a root for pip to reach its index.
_SHARED = ("/proc", "/dev", "/etc/hosts", "/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")
# In a mount namespace of its own, so that nothing stays mounted.
_ENTER = """
root=$1; shift
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root${1%/*}"; touch "$root$1"; fi
    mount --bind "$1" "$root$1"; shift
done
shift; exec chroot "$root" "$@"
"""
_REQUIRED = bool(os.environ.get("OVERHEARD_REQUIRED_ENGINES"))


def unavailable(why: str) -> NoReturn:
    """Skip a test that cannot be run here. In CI, which requires every engine, fail it."""
    if _REQUIRED:
        pytest.fail(f"installations must be tried here (OVERHEARD_REQUIRED_ENGINES), but {why}")
    pytest.skip(why)


def cannot_make_roots() -> str:
    """Why this machine cannot make roots; empty where it can."""
    if os.geteuid() != 0:
        return "only root makes roots of other releases of Debian"
    missing = [name for name in ("mmdebstrap", "apt-get", "unshare") if not shutil.which(name)]
    return f"there is no {missing[0]} (lab/setup/test-programs installs it)" if missing else ""


def make_root(suite: str, root: Path) -> Path:
    """A root with the Python of `suite`, from this machine's own mirror. Raises CalledProcessError."""
    sources = subprocess.run([PROJECT / "lab/setup/debian-sources", suite], capture_output=True, check=True).stdout
    options = [f'--aptopt=Acquire::{name} "false"' for name in _APT]
    command = ["mmdebstrap", "--variant=extract", "--quiet", f"--include={_PACKAGES}", *options]
    command += ['--aptopt=Acquire::Languages "none"', "--dpkgopt=path-exclude=/usr/share/doc/*"]
    subprocess.run([*command, suite, root, "-"], input=sources, capture_output=True, check=True)
    return root


@dataclass(frozen=True)
class Place:
    """A root, or this machine; `shared` are folders that are in both under the same path."""

    name: str
    python: str
    root: Path | None = None
    shared: tuple[Path, ...] = ()

    def run(self, *command: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command in there, with nothing in its environment but PATH and `variables`."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            **{name: str(value) for name, value in variables.items()},
        }
        return subprocess.run(
            [*self._entering(), *command],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _entering(self) -> list[str | Path]:
        if self.root is None:
            return []
        binds = [each for each in (*map(Path, _SHARED), *self.shared) if each.exists()]
        return ["unshare", "--mount", "sh", "-ec", _ENTER, "sh", self.root, *binds, "--"]
