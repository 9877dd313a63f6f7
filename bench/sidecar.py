"""Measures what the sidecar costs while nothing goes over the wire: memory and CPU time of all of its processes.

It runs in a network of its own, twice: to look at memory takes CPU time, which would count. Memory is the proportional
share (PSS) and the resident set (RSS) of all processes together; CPU time is that of whole windows, with what starts
and judges them.
"""

from __future__ import annotations

import argparse
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from processes import descendants

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLE = 0.05
_OWN = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up; exec "$0" "$@"']


@contextmanager
def _sidecar(window: int) -> Iterator[int]:
    """A sidecar, until the end of the `with` block; its process."""
    command = [sys.executable, "-m", "overheard", "sidecar", "--interface", "lo", "--window", str(window)]
    with subprocess.Popen([*_OWN, *command], stdout=subprocess.DEVNULL) as process:
        yield process.pid
        process.send_signal(signal.SIGTERM)


def _cpu() -> float:
    """The CPU time of processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(process: int) -> tuple[int, int]:
    """PSS and RSS of a process and its descendants, in KiB."""
    sizes = {"Pss": 0, "Rss": 0}
    for each in (process, *descendants(process)):
        # It may have ended.
        with suppress(OSError):
            for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()[1:]:
                name, _, size = line.partition(":")
                if name in sizes:
                    sizes[name] += int(size.split()[0])
    return sizes["Pss"], sizes["Rss"]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--window", type=int, default=60, help="how long a window is, in seconds (60)")
    options = parser.parse_args()
    before = _cpu()
    with _sidecar(3600):
        time.sleep(5)
    start = _cpu() - before
    with _sidecar(options.window):
        time.sleep(options.window * 3.5)
    # Four windows ended, three of them by themselves, and it was started and ended once.
    each = (_cpu() - before - 2 * start) / 3
    print(f"CPU      {start:.2f} s to start and to end, {each:.2f} s a window, {each / options.window:.2%} of a core")
    samples: list[tuple[int, int]] = []
    with _sidecar(10) as process:
        began = time.monotonic()
        while time.monotonic() - began < 35:
            time.sleep(_SAMPLE)
            samples.append(_memory(process))
    for kind, of_all in enumerate(zip(*samples, strict=True)):
        name = ("PSS", "RSS")[kind]
        print(f"memory   {name} {median(of_all) / 1024:.1f} MiB, {max(of_all) / 1024:.1f} MiB while a window is judged")


if __name__ == "__main__":
    main()
