"""The progress of reading: a bar on a terminal, otherwise a line every two seconds."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds between two lines in a log; a shorter scan prints none.
_EVERY = 2.0


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[int, int | None], None]]:
    """A callback that gets the number of bytes read, and of the total, if known. It writes to stderr."""
    if quiet:
        yield lambda _done, _total: None
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _Lines().tell


class _Lines:
    """A line every two seconds."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def tell(self, done: int, total: int | None) -> None:
        """Print the progress, if the last line is old enough."""
        now = time.monotonic()
        if now - self._said < _EVERY:
            return
        self._said = now
        rate = done / (now - self._began)
        of = f" of {amount(total)}, {done / total:.0%}" if total else ""
        sys.stderr.write(f"  read {amount(done)}{of}, {amount(int(rate))} a second\n")


@contextmanager
def _bar() -> Iterator[Callable[[int, int | None], None]]:
    from rich.progress import (  # noqa: PLC0415  (rich takes time to import, and only a terminal has a bar)
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from overheard.report.console import console  # noqa: PLC0415  (the same)

    columns = (
        TextColumn("reading"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(errors=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def amount(size: int) -> str:
    """A number of bytes, for people."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
