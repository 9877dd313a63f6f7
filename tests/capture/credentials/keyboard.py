"""Somebody who types at a terminal, letter by letter."""

from __future__ import annotations

import os
import pty
import select
import time
from typing import TYPE_CHECKING, NamedTuple

from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Sequence

# A person takes longer; a program takes letters that are typed at once for one message.
_BETWEEN_LETTERS = 0.01


class Step(NamedTuple):
    """What is typed, with Return at the end, once something is displayed."""

    displayed: bytes
    typed: str


def type_at(command: list[str], steps: Sequence[Step]) -> None:
    """Run a program at a terminal, until it answered to the last step."""
    process, terminal = pty.fork()
    if not process:
        os.execvpe(command[0], command, {"PATH": os.environ["PATH"], "TERM": "xterm"})  # noqa: S606 - no shell is needed
    try:
        for step in steps:
            _wait_for(terminal, step.displayed)
            for letter in f"{step.typed}\r":
                os.write(terminal, letter.encode())
                time.sleep(_BETWEEN_LETTERS)
        _wait_for(terminal, b"\n")
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def _wait_for(terminal: int, displayed: bytes) -> None:
    seen, end = b"", time.monotonic() + LONG
    while displayed not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096)
    assert displayed in seen, seen
