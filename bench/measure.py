"""Measures the time and the memory of a command."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# The interval of memory samples, in seconds.
_INTERVAL = 0.02
_MEGABYTE = 1_000_000
_PIECE, _KEPT = 1 << 16, 2000


@dataclass
class Run:
    """The time and memory of one run of a command.

    `peak` is the most memory of one of its processes, including mapped files; `private` the most private memory of all
    of them together at one time. Both in MB, the second only for a run that was watched. `cpu` is the time that its
    processes computed, in seconds.
    """

    seconds: float
    peak: float
    private: float = 0.0
    code: int = 0
    words: str = ""
    cpu: float = 0.0


def run(command: list[str], variables: dict[str, str], patience: float, *, watched: bool = False) -> Run | None:
    """Run a command without input. None if it took longer than `patience` seconds and was killed."""
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        # Not /dev/null: grep would notice that, and stop at the first match.
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A process group, so that its children end with it.
        start_new_session=True,
    )
    watch, late, over, said = _Watch(process.pid), threading.Event(), threading.Event(), bytearray()
    threads = [
        threading.Thread(target=_drain, args=(process.stdout, None)),
        threading.Thread(target=_drain, args=(process.stderr, said)),
        threading.Thread(target=_guard, args=(process.pid, patience, over, late)),
        *([threading.Thread(target=watch.look, args=(over,))] if watched else []),
    ]
    for thread in threads:
        thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    for thread in threads:
        thread.join()
    peak = usage.ru_maxrss * 1024
    if usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        # The kernel also counts the memory of this process before exec; then only the watch is right.
        peak = watch.highest
    words = said.decode(errors="replace").strip()
    cpu = usage.ru_utime + usage.ru_stime
    figures = Run(seconds, peak / _MEGABYTE, watch.most / _MEGABYTE, process.returncode, words, cpu)
    return None if late.is_set() else figures


def _drain(pipe: IO[bytes] | None, into: bytearray | None) -> None:
    """Read all output, and keep its end, if wanted."""
    with pipe or io.BytesIO() as reading:
        while piece := reading.read1(_PIECE):  # type: ignore[attr-defined]
            if into is not None:
                into += piece
                del into[:-_KEPT]


def _guard(pid: int, patience: float, over: threading.Event, late: threading.Event) -> None:
    if not over.wait(patience):
        late.set()
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


class _Watch:
    """Samples the memory of a process and its children: `most` is private and summed, `highest` that of one process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most = self.highest = 0

    def look(self, over: threading.Event) -> None:
        """Sample until it is over."""
        while True:
            seen = [_memory(pid) for pid in _family(self._pid)]
            self.most = max(self.most, sum(private for private, _ in seen))
            self.highest = max(self.highest, *(high for _, high in seen))
            if over.wait(_INTERVAL):
                return


def held(pid: int) -> int:
    """Bytes of memory that a process and its children have now, without pages of files."""
    return sum(private for private, _ in map(_memory, _family(pid)))


def _family(pid: int) -> list[int]:
    """A process, its children and theirs."""
    family = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                family += _family(int(child))
    return family


def _memory(pid: int) -> tuple[int, int]:
    """Bytes of memory that are not pages of a file, and the most that this process ever had."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if "kB" in rest}
    return (sizes.get("RssAnon", 0) + sizes.get("RssShmem", 0)) * 1024, sizes.get("VmHWM", 0) * 1024
