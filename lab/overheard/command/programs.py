"""Programs that a command runs for its user, to whom signals are passed on."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

# Signals that end a program, besides Ctrl-C. Windows has the first one only.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def run_program(command: Sequence[str], added: Mapping[str, str] | None = None) -> int:
    """Run a command to its end, with these variables besides its own.

    Returns its exit code; that of a signal is negative. Raises SettingsError.
    """
    try:
        process = subprocess.Popen(command, env={**os.environ, **(added or {})})
    except OSError as problem:
        hint = "a script must begin with the program that runs it, such as #!/bin/sh"
        raise SettingsError(f"the command {command[0]!r} cannot be run: {problem.strerror}", hint=hint) from None
    with _signals_for(process):
        return process.wait()


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave signals to a process. Ctrl-C in a terminal reaches it by itself."""

    def pass_on(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda _number, _frame: None),
        **{number: signal.signal(number, pass_on) for number in _ENDING},
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
