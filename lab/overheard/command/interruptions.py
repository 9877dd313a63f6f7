"""Ctrl-C while a capture comes from another program."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from overheard.role.run import interrupt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STANDARD_ERROR = 2


@contextmanager
def read_to_the_end() -> Iterator[None]:
    """Read standard input to its end at the first Ctrl-C; a second one interrupts as usual.

    In a terminal, Ctrl-C also reaches the recorder that writes it, which then ends the capture properly.
    """

    def first(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, interrupt)
        # Not by sys.stderr, which may be in the middle of writing.
        with suppress(OSError):
            os.write(_STANDARD_ERROR, b"overheard: reading what is left of standard input; Ctrl-C again stops it\n")

    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
