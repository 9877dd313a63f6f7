"""How long a command takes, and how much memory."""

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

# How often memory is looked at, in seconds.
_INTERVAL = 0.02
_MEGABYTE = 1_000_000
_PIECE, _KEPT = 1 << 16, 2000


@dataclass
class Run:
    """What one run of a command took.

    `peak` is the most memory that one of its processes had, mapped files included; `private` what all of them together
    had of their own at one time. Both in MB, the second only of a run that was watched.
    """

    seconds: float
    peak: float
    private: float = 0.0
    code: int = 0
    words: str = ""


def run(command: list[str], variables: dict[str, str], patience: float, *, watched: bool = False) -> Run | None:
    """Run a command with nothing to read. None: it took longer than `patience` seconds, and was ended."""
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        # Not /dev/null: grep sees that nobody reads, and stops at the first match.
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A process group, so that what it started ends with it.
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
        # The kernel counts what this process had before the command took its place: then only the watch can tell.
        peak = watch.highest
    words = said.decode(errors="replace").strip()
    return None if late.is_set() else Run(seconds, peak / _MEGABYTE, watch.most / _MEGABYTE, process.returncode, words)


def _drain(pipe: IO[bytes] | None, into: bytearray | None) -> None:
    """Read all that is said, and keep its end where that is wanted."""
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
    """Looks at the memory of a process and its children: `most` of their own together, `highest` of one of them."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most = self.highest = 0

    def look(self, over: threading.Event) -> None:
        """Look again and again until it is over."""
        while True:
            seen = [_memory(pid) for pid in _family(self._pid)]
            self.most = max(self.most, sum(private for private, _ in seen))
            self.highest = max(self.highest, *(high for _, high in seen))
            if over.wait(_INTERVAL):
                return


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
