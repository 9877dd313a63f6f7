"""Where Overheard is installed: this machine, and other Debian releases, each in its own root folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from kept import CACHE, kept
from processes import PROJECT
from required import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterator

# The release after that of CI's machine, and the newest that is always consistent.
SUITES = ("trixie", "testing")
HERE = "here"

# How pip and uv reach their index. Read at import, because tests run without these variables.
NETWORK = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "UV_")) or name.upper().endswith("_PROXY") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR")
}
# What Python needs to create environments. Packages are only unpacked, not configured: three times as fast.
_PACKAGES = "base-files,coreutils,dash,python3,python3-venv"
# The indexes of a pinned mirror have expired.
_APT = ("Check-Valid-Until", "Check-Date")
_VIRTUAL_ENV = PROJECT / "lab/setup/virtual_env.py"
_SOURCES = PROJECT / "lab/setup/debian-sources"
# What of this machine a root needs, so that pip reaches its index.
_SHARED = ("/proc", "/dev", "/etc/hosts", "/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")
# Run in its own mount namespace, which lasts as long as standard input. What is written to the root is in memory.
_MOUNT = """
cd "$1"; shift
mount -t tmpfs overheard copy
mkdir copy/written copy/work copy/root
mount -t overlay -o lowerdir=root,upperdir=copy/written,workdir=copy/work overheard copy/root
for each; do
    if [ -d "$each" ]; then mkdir -p "copy/root$each"; else mkdir -p "copy/root${each%/*}"; touch "copy/root$each"; fi
    mount --bind "$each" "copy/root$each"
done
echo ready; read -r end || :
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
    missing = [name for name in ("mmdebstrap", "apt-get", "unshare", "nsenter") if not shutil.which(name)]
    return f"there is no {missing[0]} (lab/setup/test-programs installs it)" if missing else ""


@dataclass(frozen=True)
class Place:
    """A machine: this one, or a root, which a command enters with these words before it."""

    name: str
    python: str
    entering: tuple[str, ...] = ()

    def run(self, *command: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command there, with only PATH and `variables` in its environment."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            **{name: str(value) for name, value in variables.items()},
        }
        return subprocess.run(
            [*self.entering, *command],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def output(self, *command: str | Path, **variables: str | Path) -> str:
        """The output of an installer, which may use the network. Fails the test if it fails."""
        # Bytecode of what is used is written when it is used first. The option is so named that no means: do not.
        environment = {**NETWORK, "PIP_NO_COMPILE": "no", "XDG_CACHE_HOME": CACHE, **variables}
        done = self.run(*command, **environment)
        assert done.returncode == 0, f"{self.name}: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def virtual_environment(self, folder: Path) -> Path:
        """The Python of a new virtual environment, which has pip."""
        self.output(self.python, "-c", _VIRTUAL_ENV.read_text(), folder)
        return folder / "bin" / "python"


@contextmanager
def root(suite: str, shared: tuple[Path, ...]) -> Iterator[Place]:
    """A root with the Python of `suite`, where the folders `shared` exist, too. Raises CalledProcessError.

    It is a copy, which takes no time, of one that is made every day, or if this machine's sources have changed.
    """
    made = _made(suite)
    binds = [each for each in (*map(Path, _SHARED), *shared) if each.exists()]
    command: list[str | Path] = ["unshare", "--mount", "sh", "-ec", _MOUNT, "sh", made, *binds]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdout
        if not holder.stdout.readline():
            _, said = holder.communicate()
            raise subprocess.CalledProcessError(holder.returncode, command, stderr=said)
        namespace = f"--mount=/proc/{holder.pid}/ns/mnt"
        yield Place(suite, "/usr/bin/python3", ("nsenter", namespace, "chroot", str(made / "copy" / "root")))
        holder.communicate()


def _made(suite: str) -> Path:
    """The folder of a root, from this machine's own mirror, and of an empty folder for its copy."""
    options = [f'--aptopt=Acquire::{name} "false"' for name in _APT]
    command = ["mmdebstrap", "--variant=extract", "--quiet", f"--include={_PACKAGES}", *options]
    command += ['--aptopt=Acquire::Languages "none"', "--format=directory", suite]
    apt = Path("/etc/apt")
    files = [_SOURCES, *sorted(each for each in apt.glob("sources.list*/*")), apt / "sources.list"]

    def make(folder: Path) -> None:
        sources = subprocess.run([_SOURCES, suite], capture_output=True, check=True).stdout
        subprocess.run([*command, folder / "root", "-"], input=sources, capture_output=True, check=True)
        (folder / "copy").mkdir()

    return kept(suite, (command, [each.read_bytes() for each in files if each.is_file()]), make)
