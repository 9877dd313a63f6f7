"""A second process that reads some of the flows of a large capture, so that two cores are at work.

It is asked for when a capture turns out to take long. Whatever happens to it, nothing is lost: then all is read again.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from overheard_capture.captures.inputs import stored_size
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.scan.reading import Reading
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from overheard.words.options import Options
    from overheard.words.secret import Secret
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.reassembly.share import Share
    from overheard_capture.scan.reading import Part

# `OVERHEARD_PROCESSES=1` does without it.
_SWITCH = "OVERHEARD_PROCESSES"
_CORES = 2
# It is worth its start, which takes some 0.3 s, where there are so many seconds left to read; and so many seconds after
# the first piece anybody can tell.
_WORTH, _AT_FIRST = 1.0, 0.1


class HelperFailedError(Exception):
    """What the helper had to read was not read."""


@dataclass(frozen=True)
class HelperTask:
    """What is to be read, and for what."""

    paths: tuple[Path | str, ...]
    secrets: tuple[Secret, ...]
    options: Options


class HelperResult(NamedTuple):
    """What came of it: how much there was to read, so that both can be seen to have read the same."""

    frames: int
    unpacked: int
    part: Part


class SecondProcess:
    """Asks for a helper once that is worth it, for somebody who reads for a `task`; never where that is None."""

    def __init__(self, task: HelperTask | None) -> None:
        self._total = _total(task.paths) if task else 0
        self._task = task if self._total else None
        # When the first piece had been read, and how many bytes that were.
        self._began: tuple[float, int] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            with self._process as process:
                process.kill()

    def consider(self, done: int, reading: Reading) -> None:
        """So many bytes were read so far: divide the work, if the rest will take long."""
        if not self._task:
            return
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
            return
        seconds, read = now - self._began[0], done - self._began[1]
        if seconds < _AT_FIRST or not reading.may_divide:
            return
        if seconds / max(read, 1) * (self._total - done) > _WORTH and (process := started()):
            self._process = process
            _send(process, (self._task, reading.divide()))
        self._task = None

    def part(self, facts: FileFacts) -> Part | None:
        """What the helper has read, once it is ready; None where there was none.

        Raises HelperFailedError where that is not to be had, or it did not see the same files.
        """
        if not self._process:
            return None
        said, _ = self._process.communicate()
        done = None if self._process.returncode else pickle.loads(said)  # noqa: S301  (it is from a process of ours)
        if not isinstance(done, HelperResult) or (done.frames, done.unpacked) != (facts.frames, facts.unpacked):
            raise HelperFailedError
        return done.part


def _total(paths: tuple[Path | str, ...]) -> int:
    """How many bytes there are to read, where that is known and there may be a helper; or else 0."""
    # Not every system says how many cores are ours.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Of a program that was frozen, Python is no program of its own.
    has_python = sys.executable and not getattr(sys, "frozen", False)
    if os.environ.get(_SWITCH) == "1" or not has_python or cores < _CORES:
        return 0
    return stored_size(paths) or 0


def started() -> subprocess.Popen[bytes] | None:
    """A helper that waits to be told what to do; None where there can be none."""
    try:
        return subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main()"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def _send(process: subprocess.Popen[bytes], what: tuple[HelperTask, Share]) -> None:
    """Tell it over a pipe: among it are secrets, which must not be seen in a list of processes."""
    if process.stdin:
        # Where it has died, that will be seen in the end.
        with suppress(BrokenPipeError), process.stdin:
            pickle.dump(what, process.stdin)
        process.stdin = None


def read_all(
    task: HelperTask, reading: Reading, *, ask: bool, progress: Callable[[int], None] | None = None
) -> tuple[FileFacts, Part | None]:
    """Read all files of a task; a helper reads some of the flows, where one may be asked and that is worth it.

    What is known of the files, and what the helper read. `progress` is told how many bytes of the files were read so
    far. Raises UnreadableError, and HelperFailedError where what the helper had to read was not read.
    """
    reader = CaptureReader(task.paths, checked=True)
    with SecondProcess(task if ask else None) as helper:
        for chunk in reader.chunks():
            reading.read(chunk)
            if progress:
                progress(reader.facts.stored)
            helper.consider(reader.facts.stored, reading)
        return reader.facts, helper.part(reader.facts)


def help_with(task: HelperTask, share: Share) -> HelperResult:
    """Read a share of it."""
    search = search_for(task.secrets, any_case=task.options.any_case)
    reading = Reading(search, task.options, share=share)
    facts, _ = read_all(task, reading, ask=False)
    return HelperResult(facts.frames, facts.unpacked, reading.part())


def main() -> None:
    """Do what standard input says, and say on standard output what came of it."""
    # Ctrl-C is for whoever asked.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = help_with(*pickle.load(sys.stdin.buffer))  # noqa: S301  (who starts us gives us the pipe)
    pickle.dump(done, sys.stdout.buffer)
