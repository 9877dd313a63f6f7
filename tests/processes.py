"""Helpers to run a program, and to observe the processes that it started."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overheard.engines.base import clean_environment
from overheard.engines.local import unshare
from overheard.role.health import probe, wait_until
from overheard.words.errors import NotReadyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

PROJECT = Path(__file__).parent.parent
# A role is to end within two seconds, plus some allowance for a busy machine. Without that, it would take thirty.
SOON = 25
# A generous timeout, in seconds, for something that is immediate on an idle machine.
LONG = 120
# Runs a command as somebody who has no rights, but may read what this process may.
AS_NOBODY = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


class Demo(subprocess.Popen[str]):
    """A demo. If a test fails within its `with` block, it is killed, because waiting might never end."""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind:
            self.kill()
        super().__exit__(kind, value, traceback)


def start_demo(engine: str, runs: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start `overheard demo`, with its progress on a pipe from stderr."""
    return Demo(
        [sys.executable, "-m", "overheard", "demo", "--engine", engine, "--runs", str(runs), *arguments],
        cwd=PROJECT,
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program without input until it ends."""
    return subprocess.run(
        command,
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


@contextmanager
def serving(process: subprocess.Popen[Any], name: str, url: str, said: Callable[[], str]) -> Iterator[None]:
    """Wait until the role at `url` is ready, and end it with SIGTERM behind the `with` block.

    `said` returns its output, if it ended instead.
    """

    def problem() -> str:
        if process.poll() is not None:
            raise NotReadyError(name, seen=said(), hint="")
        return probe(url)

    try:
        wait_until(problem, name, within=LONG, hint="")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=SOON)


def read_until(demo: subprocess.Popen[str], word: str) -> None:
    """Read the progress of a demo up to a line with `word`."""
    assert demo.stderr
    for line in demo.stderr:
        if word in line:
            return
    raise AssertionError(f"the demo ended without saying {word!r}")


def descendants(process: int) -> set[int]:
    """All descendants of `process`, in all namespaces."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))

    def below(pid: int) -> Iterator[int]:
        for child in children.get(pid, []):
            yield child
            yield from below(child)

    return set(below(process))


def in_namespaces(script: Path, *arguments: str, within: float = 5 * LONG) -> str:
    """Run a script in namespaces of its own, and return its output. If it fails, the test fails.

    It also fails on a Python warning, such as about a file that was left open, or a process that was not waited for.
    """
    done = subprocess.run(
        [*unshare(), sys.executable, "-W", "error", str(script), *arguments],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    return done.stdout


def alive(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(holds: Callable[[], bool], within: float = LONG) -> bool:
    """Whether a condition becomes true within `within` seconds."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
