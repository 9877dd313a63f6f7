"""One console for all: colour in a terminal that has it, otherwise plain text in a width that fits a log."""

from __future__ import annotations

import sys

from rich.console import Console

from overheard.report.picture import WIDTH

_WIDTH_OF_A_LOG = 120


def console(*, errors: bool = False, picture: bool = False) -> Console:
    """Make a console on stdout, or on stderr for `errors`. NO_COLOR is honoured (https://no-color.org).

    For a `picture`, the output has the picture's width, and is recorded.
    """
    file = sys.stderr if errors else sys.stdout
    width = WIDTH if picture else None if file.isatty() else _WIDTH_OF_A_LOG
    return Console(file=file, width=width, record=picture, highlight=False, soft_wrap=False, emoji=False)
