"""Servers of other people: each in a folder that its user may enter, and as nobody if these tests run as root."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processes import LONG, SOON
from required import fail_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.pki import Files

IS_ROOT = os.geteuid() == 0
_NOBODY = 65534
# Where Debian has what no user is expected to type.
_ELSEWHERE = "/usr/lib/rabbitmq/bin:/usr/sbin:/sbin:" + ":".join(
    map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
)


class WebPorts(NamedTuple):
    """The ports of HTTP and of HTTPS."""

    http: int
    https: int


def program(name: str) -> str:
    """The path of a program. If it is not installed, the test is skipped; in CI it fails."""
    path = shutil.which(name, path=f"{_ELSEWHERE}:{os.environ['PATH']}")
    return path or fail_or_skip("local", f"{name} is not installed: lab/setup/test-programs")


def run(*command: str | Path, said: str = "", folder: Path | None = None, user: int | None = None) -> str:
    """Run a program, such as a client, to its end, and return its output."""
    done = subprocess.run(
        [program(str(command[0])), *command[1:]],
        input=said,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
        user=user,
        group=user,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@dataclass(frozen=True)
class Place:
    """A folder for a server, and its certificate. As root, its programs run as nobody, unless they need `root`."""

    folder: Path
    files: Files
    root: bool = False

    def make(self, name: str) -> Path:
        """Make a folder in it, of the server's user."""
        made = self.folder / name
        made.mkdir()
        self.hand_over(made)
        return made

    def write(self, name: str, text: str) -> Path:
        """Write a file in it, such as a configuration."""
        path = self.folder / name
        path.write_text(text)
        return path

    def hand_over(self, path: Path) -> None:
        """Make the server's user the owner of a file."""
        if IS_ROOT and not self.root:
            os.chown(path, _NOBODY, _NOBODY)

    def run(self, *command: str | Path, said: str = "") -> str:
        """Run a program of the server to its end, and return its output."""
        return run(*command, said=said, folder=self.folder, user=self._user)

    @contextmanager
    def running(self, *command: str | Path, ports: tuple[int, ...]) -> Iterator[None]:
        """Run a server while a block runs, which begins once it listens at all its ports."""
        log = self.folder / "log"
        with log.open("a") as output:
            process = subprocess.Popen(
                [program(str(command[0])), *command[1:]],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=self._user,
                group=self._user,
                extra_groups=[] if IS_ROOT else None,
            )
        try:
            for port in ports:
                _await(port, process, log)
            yield
        finally:
            process.terminate()
            process.wait(timeout=SOON)

    @property
    def _user(self) -> int | None:
        return _NOBODY if IS_ROOT and not self.root else None


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    raise AssertionError(f"nothing listens at port {port}: {log.read_text()}")
