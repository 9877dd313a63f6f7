"""The first lines of every role's `__main__`: failures in words, and exit codes that mean something."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import OverheardError, SettingsError
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def run(role: str, main: Callable[[list[str]], int]) -> None:
    """Run `main` with the command line's arguments, and end the process with what it returns.

    A failure that a user may see is printed to stderr without a traceback, and ends in the exit code of INCONCLUSIVE:
    nothing was found out. SIGTERM counts as Ctrl-C: the first process of a container would else not even notice it.
    """
    signal.signal(signal.SIGTERM, interrupt)
    try:
        code = main(sys.argv[1:])
    except OverheardError as error:
        sys.stderr.write(f"{role}: {error}\n")
        code = Outcome.INCONCLUSIVE.exit_code
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def asks_for_health(arguments: list[str]) -> bool:
    """Whether the arguments of a role say `health`. Raises SettingsError where they say something else."""
    if arguments not in ([], ["health"]):
        raise SettingsError(f"unknown arguments: {' '.join(arguments)}", hint="there is only `health`")
    return bool(arguments)


def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Handle a signal as Ctrl-C is handled."""
    raise KeyboardInterrupt
