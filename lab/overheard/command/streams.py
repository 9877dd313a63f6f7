"""Standard output and standard error, prepared for whatever they are: a full disk, a closed pipe, an ASCII terminal."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from overheard.words.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# What text of ours has beyond ASCII, in signs of the same width, for an output that has ASCII alone.
_IN_ASCII = str.maketrans("→←“”·…»«✓✗", '><"".~><+x')


def prepare() -> None:
    """Replace both streams. What an output cannot encode is escaped; nothing that happens to it is a verdict."""
    for number in range(3):
        _open_if_closed(number)
    codecs.register_error("overheard", _in_ascii)
    sys.stdout = _text(_Output(1, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Messages(2, "wb", closefd=False), sys.stderr)


class _Output(io.FileIO):
    """Standard output. Its reader may stop at any time, as `head` does: that changes no verdict."""

    _failed = False

    def write(self, data: ReadableBuffer) -> int:
        """Write, or raise OutputError, but only once: at the end Python writes what is left."""
        try:
            return super().write(data) if not self._failed else memoryview(data).nbytes
        except OSError as problem:
            self._failed = True
            if not isinstance(problem, BrokenPipeError):
                raise OutputError(f"cannot write to standard output: {problem.strerror}") from None
            return memoryview(data).nbytes


class _Messages(io.FileIO):
    """Standard error. If it cannot be written, there is nowhere to say so."""

    def write(self, data: ReadableBuffer) -> int:
        """Write, if that is possible."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    encoding = before.encoding if before else "utf-8"
    lines = raw.fileno() == 2 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, "overheard", line_buffering=lines)


def _open_if_closed(number: int) -> None:
    """Otherwise the next file that is opened would take its place."""
    try:
        os.fstat(number)
    except OSError:
        # The lowest number that is free: those below it are open.
        os.open(os.devnull, os.O_RDWR)


def _in_ascii(problem: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(problem, UnicodeEncodeError)  # noqa: S101  (for mypy: nothing is decoded)
    text = problem.object[problem.start : problem.end].translate(_IN_ASCII)
    return text.encode("ascii", "backslashreplace"), problem.end
