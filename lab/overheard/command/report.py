"""`overheard report`: the page of a run as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.command.page import chosen_run, message_of_runs
from overheard.command.run import spinning
from overheard.role.files import write_whole
from overheard.words.errors import OutputError
from overheard.words.escaping import escaped
from overheard_capture.page import report as page_report

if TYPE_CHECKING:
    import argparse

# What others may read, unless there is a secret in it.
_FOR_ALL, _FOR_OWNER = 0o644, 0o600


def report(options: argparse.Namespace) -> int:
    """Write the report of a run. Returns 0. Raises OutputError if it cannot be written."""
    run = chosen_run(options)
    path: Path = options.output or Path(f"{run.name}.html")
    with spinning() as progress:
        html = page_report.report(
            run,
            message_of_runs(),
            lambda scenario: progress(f"reading {scenario}"),
            with_secret=options.with_secret,
            with_recordings=options.with_recordings,
        )
    mode = _FOR_OWNER if options.with_secret or options.with_recordings else _FOR_ALL
    try:
        write_whole(path.absolute(), html.encode(), mode=mode)
    except OSError as problem:
        raise OutputError(f"{path} cannot be written: {problem.strerror}") from None
    print(f"{escaped(str(path))}: {len(html.encode()):,} bytes")
    return 0
