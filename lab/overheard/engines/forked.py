"""Roles as forks of one process, which has imported the libraries that they share: that takes most of their start.

Otherwise a fork is as if its role had been started alone. It has an environment, streams and signals of its own, and
imports the modules of its role itself.
"""

from __future__ import annotations

import gc
import importlib
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# What at least two roles import.
_SHARED = (
    "cryptography.fernet",
    "cryptography.x509",
    "flask",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "requests",
)
# Those that a program may handle as its end.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# How often to look whether a process has ended, in seconds.
_OFTEN = 0.01


class ForkedRole:
    """A role, `python -m MODULE`, as a fork of this process; it has the methods of `subprocess.Popen` that are used."""

    def __init__(self, module: str, environment: Mapping[str, str], stdout: int, stderr: int) -> None:
        """Start it, with these file descriptors, and without standard input."""
        _import_shared()
        self._code: int | None = None
        # Our own handlers must not be called in the fork: an exception would take it back into our code.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        # Nothing is held by the only other thread that we may have, which reads standard input.
        self._pid = os.fork()
        if self._pid == 0:
            _become(module, environment, (stdout, stderr), mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        if self._code is None:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float = float("inf")) -> int:
        """Wait for its exit code. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a role", timeout)
            time.sleep(_OFTEN)
        return code

    def terminate(self) -> None:
        """Send SIGTERM, if it still runs."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL, if it still runs."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        # Before it was waited for, no other process can have its number.
        if self.poll() is None:
            os.kill(self._pid, number)


@cache
def _import_shared() -> None:
    for name in _SHARED:
        # The role that needs it will say that it is missing.
        with suppress(ImportError):
            importlib.import_module(name)
    # The garbage collection of each fork would otherwise write to, and so copy, all of the memory that they share.
    gc.freeze()


def _become(module: str, environment: Mapping[str, str], output: tuple[int, int], mask: Collection[int]) -> NoReturn:
    """Run the role in this new process, to its end."""
    code: object = 1
    try:
        _separate(environment, output)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001  (nothing may be raised into the code of the process that was forked)
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def _separate(environment: Mapping[str, str], output: tuple[int, int]) -> None:
    """Replace what was inherited: the streams and all other files, the environment, and what handles signals."""
    for standard, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), *output)):
        os.dup2(descriptor, standard)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    sys.unraisablehook = sys.__unraisablehook__
    # As Python itself sets them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
