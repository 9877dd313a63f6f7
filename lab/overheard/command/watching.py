"""Where `overheard watch` runs: in a network of its own, in which this process begins again, or in this one."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from overheard.command.watch import HOST, INSIDE, OWN
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    import argparse


def watch(options: argparse.Namespace) -> int:
    """Run, judge, report, and return the exit code. Raises OverheardError if nothing can be judged."""
    if shutil.which(options.program[0]) is None:
        raise SettingsError(f"there is no command {options.program[0]!r}", hint="name one after --")
    # Each is imported where it runs: the judge would be imported twice otherwise. Nor are secrets read before: one may
    # be in a pipe, which can be read only once.
    if (options.net or (HOST if options.relay else OWN)) == OWN and not options.inside:
        from overheard.witness.own_network import enter  # noqa: PLC0415

        command, *arguments = sys.argv[1:]
        # With -P, because modules of the folder in which this runs are not those of Python.
        enter([sys.executable, "-P", "-m", "overheard", command, INSIDE, *arguments])
    from overheard.command.watched import watched  # noqa: PLC0415

    return watched(options)
