"""Where Overheard is installed: this machine, and other Debian releases, each in its own root folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from processes import PROJECT
from required import REQUIRED

# The release after that of CI's machine, and the newest that is always consistent.
SUITES = ("trixie", "testing")
HERE = "here"

# What Python needs to create environments. Packages are only unpacked, not configured: three times as fast.
_PACKAGES = "base-files,coreutils,dash,python3,python3-venv"
# The indexes of a pinned mirror have expired.
_APT = ("Check-Valid-Until", "Check-Date")
# Downloads are shared by all places, and kept for the next run; so are roots, for a day.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_DAY = 24 * 60 * 60
# What of this machine a root needs, so that pip reaches its index.
_SHARED = ("/proc", "/dev", "/etc/hosts", "/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")
# Run in its own mount namespace, so that nothing stays mounted.
_ENTER = """
root=$1; shift
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root${1%/*}"; touch "$root$1"; fi
    mount --bind "$1" "$root$1"; shift
done
shift; exec chroot "$root" "$@"
"""


def unavailable(why: str) -> NoReturn:
    """Skip a test that cannot run here. In CI, fail it."""
    if REQUIRED:
        pytest.fail(f"these tests are required (OVERHEARD_REQUIRED_ENGINES), but {why}")
    pytest.skip(why)


def cannot_make_roots() -> str:
    """Why this machine cannot create roots; empty if it can."""
    if os.geteuid() != 0:
        return "only root can create roots of other Debian releases"
    missing = [name for name in ("mmdebstrap", "apt-get", "unshare") if not shutil.which(name)]
    return f"there is no {missing[0]} (lab/setup/test-programs installs it)" if missing else ""


def make_root(suite: str, root: Path) -> Path:
    """A root with the Python of `suite`, from this machine's own mirror. Raises CalledProcessError.

    It is unpacked from an archive, which is made again every day, or if this machine's sources have changed.
    """
    sources = subprocess.run([PROJECT / "lab/setup/debian-sources", suite], capture_output=True, check=True).stdout
    options = [f'--aptopt=Acquire::{name} "false"' for name in _APT]
    command = ["mmdebstrap", "--variant=extract", "--quiet", f"--include={_PACKAGES}", *options]
    command += ['--aptopt=Acquire::Languages "none"', "--format=tar", suite]
    made = hashlib.sha256(repr((sources, command)).encode()).hexdigest()[:16]
    archive = CACHE / "overheard-roots" / f"{suite}-{made}.tar"
    if not archive.exists() or time.time() - archive.stat().st_mtime > _DAY:
        archive.parent.mkdir(parents=True, exist_ok=True)
        new = archive.with_suffix(f".{os.getpid()}")
        try:
            subprocess.run([*command, new, "-"], input=sources, capture_output=True, check=True)
            for old in archive.parent.glob(f"{suite}-*.tar"):
                old.unlink()
            new.replace(archive)
        finally:
            new.unlink(missing_ok=True)
    root.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", root], capture_output=True, check=True)
    return root


@dataclass(frozen=True)
class Place:
    """A root, or this machine. The folders `shared` exist in both, under the same path."""

    name: str
    python: str
    root: Path | None = None
    shared: tuple[Path, ...] = ()

    def run(self, *command: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command there, with only PATH and `variables` in its environment."""
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
