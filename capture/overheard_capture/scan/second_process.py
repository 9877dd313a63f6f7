"""A second process that reads some of the flows of a large capture, to use a second core.

It is started once reading has proved slow. If it fails, the capture is read again by a single process.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.inputs import stored_size
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.scan.reading import Reading
from overheard_capture.search import search_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from overheard.words.options import Options
    from overheard.words.secret import Secret
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.reassembly.share import Share
    from overheard_capture.scan.partial_result import PartialResult

# `OVERHEARD_PROCESSES=1` disables it.
_SWITCH = "OVERHEARD_PROCESSES"
_CORES = 2
# It takes about 0.3 s to start, so reading must take at least this many more seconds; and the estimate needs this many
# seconds after the first chunk.
_MINIMUM_SAVING, _MEASURING_TIME = 1.0, 0.1


class HelperFailedError(Exception):
    """The second process failed, or did not read the same files."""


class HelperTask(NamedTuple):
    """The input of the second process."""

    paths: tuple[Path | str, ...]
    secrets: tuple[Secret, ...]
    options: Options


class HelperResult(NamedTuple):
    """The output of the second process. The counts show whether both processes read the same data."""

    frames: int
    unpacked: int
    partial: PartialResult


class SecondProcess:
    """Starts a second process for a `task` once this saves time; never if the task is None."""

    def __init__(self, task: HelperTask | None) -> None:
        self._total = _total(task.paths) if task else 0
        self._task = task if self._total else None
        # The time after the first chunk, and the number of bytes read by then.
        self._began: tuple[float, int] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            with self._process as process:
                process.kill()

    def start_if_worthwhile(self, done: int, reading: Reading) -> None:
        """Start the process, and divide the flows, if this saves time. `done` is the number of bytes read so far."""
        if not self._task:
            return
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
            return
        seconds, read = now - self._began[0], done - self._began[1]
        if seconds < _MEASURING_TIME or not reading.may_divide:
            return
        if seconds / max(read, 1) * (self._total - done) > _MINIMUM_SAVING and (process := start_helper()):
            self._process = process
            _send(process, (self._task, reading.divide()))
        self._task = None

    def result(self, facts: FileFacts) -> PartialResult | None:
        """Wait for the results of the second process; None if there was none.

        Raises HelperFailedError if it failed, or did not read the same files.
        """
        if not self._process:
            return None
        import pickle  # noqa: PLC0415  (the same)

        output, _ = self._process.communicate()
        done = None if self._process.returncode else pickle.loads(output)  # noqa: S301  (it comes from our own process)
        if not isinstance(done, HelperResult) or (done.frames, done.unpacked) != (facts.frames, facts.unpacked):
            raise HelperFailedError
        return done.partial


def _total(paths: tuple[Path | str, ...]) -> int:
    """The number of bytes to read; 0 if it is unknown, or a second process cannot be used."""
    # Not every system reports how many cores this process may use.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # In a frozen program, `sys.executable` is not Python.
    has_python = sys.executable and not getattr(sys, "frozen", False)
    if os.environ.get(_SWITCH) == "1" or not has_python or cores < _CORES:
        return 0
    return stored_size(paths) or 0


def start_helper() -> subprocess.Popen[bytes] | None:
    """Start a process that waits for its task; None if that is impossible."""
    import subprocess  # noqa: PLC0415  (most captures are too small for a second process)

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


def _send(process: subprocess.Popen[bytes], task: tuple[HelperTask, Share]) -> None:
    """Send the task over a pipe: it contains secrets, which must not appear in a list of processes."""
    import pickle  # noqa: PLC0415  (the same)

    if process.stdin:
        # If the process has died, `result` will notice.
        with suppress(BrokenPipeError), process.stdin:
            pickle.dump(task, process.stdin)
        process.stdin = None


def read_all(
    task: HelperTask, reading: Reading, *, use_helper: bool, progress: Callable[[int], None] | None = None
) -> tuple[FileFacts, PartialResult | None]:
    """Read all files of a task; with `use_helper`, a second process may read some of the flows.

    Returns facts about the files, and the results of the second process. `progress` is called with the number of bytes
    of the files read so far. Raises UnreadableError, and HelperFailedError if the second process failed.
    """
    reader = CaptureReader(task.paths, checked=True)
    with SecondProcess(task if use_helper else None) as helper:
        for chunk in reader.chunks():
            reading.read(chunk)
            if progress:
                progress(reader.facts.stored)
            helper.start_if_worthwhile(reader.facts.stored, reading)
        return reader.facts, helper.result(reader.facts)


def read_share(task: HelperTask, share: Share) -> HelperResult:
    """Read a share of the flows."""
    if task.secrets:
        search = search_for(task.secrets, any_case=task.options.any_case)
    else:
        from overheard_capture.credentials.search import credential_search  # noqa: PLC0415  (only without secrets)

        search = credential_search()
    reading = Reading(search, task.options, share=share)
    facts, _ = read_all(task, reading, use_helper=False)
    return HelperResult(facts.frames, facts.unpacked, reading.partial_result())


def main() -> None:
    """Read a task from standard input, and write the result to standard output."""
    import pickle  # noqa: PLC0415  (the same)

    # Ctrl-C is handled by the parent process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = read_share(*pickle.load(sys.stdin.buffer))  # noqa: S301  (the pipe comes from our parent process)
    pickle.dump(done, sys.stdout.buffer)
