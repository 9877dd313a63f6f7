"""Measures what `listen` adds to a test, and `overheard watch` to a command: beside the bare ones, in the same run."""

from __future__ import annotations

import argparse
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from overheard import listen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORD = "correct horse battery"
_COMMAND = [sys.executable, "-c", "pass"]
_WATCH = [str(Path(sys.executable).with_name("overheard")), "watch", "--quiet", "--fail-on", "command", "--"]


class Cost(NamedTuple):
    """Seconds by the clock, and CPU seconds of this process and of those that it started."""

    clock: float
    cpu: float


def _cost(act: Callable[[], object]) -> Cost:
    clock, cpu = time.perf_counter(), _cpu()
    act()
    return Cost(time.perf_counter() - clock, _cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def _service() -> Iterator[int]:
    """A service that answers each connection once; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(connection.recv(64))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    # Taken in turn, as other work on the machine comes and goes; the best of each counts.
    parser.add_argument("--rounds", type=int, default=20, help="how often to measure each (now: %(default)s)")
    rounds = parser.parse_args().rounds
    with _service() as port:

        def test() -> None:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"hello")
                connection.recv(64)

        def idle() -> None:
            with listen(port=port, secret=_WORD):
                pass

        def listened() -> None:
            with listen(port=port, secret=_WORD):
                test()

        acts: dict[str, Callable[[], object]] = {
            "a test": test,
            "a test that listens": listened,
            "an idle listen": idle,
            "a command": lambda: subprocess.run(_COMMAND, check=True),
            "a command that is watched": lambda: subprocess.run([*_WATCH, *_COMMAND], check=False),
        }
        # Writes the bytecode, and imports what is imported once.
        for act in acts.values():
            act()
        costs: dict[str, list[Cost]] = {name: [] for name in acts}
        for _ in range(rounds):
            for name, act in acts.items():
                costs[name].append(_cost(act))
    print(f"{'':28}{'clock':>9}{'CPU':>9}")
    for name, measured in costs.items():
        clock, cpu = (min(each) for each in zip(*measured, strict=True))
        print(f"{name:28}{clock * 1000:6.0f} ms{cpu * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
