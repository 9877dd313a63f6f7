"""The first lines of every role's `__main__`: failures in words, and exit codes that mean something."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import NotInstalledError, OverheardError, SettingsError
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# The exit code where something is not installed. It is no verdict.
NOT_INSTALLED = 3


def run(role: str, main: Callable[[list[str]], int]) -> None:
    """Run `main` with the command line's arguments, and end the process with what it returns.

    A failure that a user may see is printed to stderr without a traceback, and ends in the exit code of INCONCLUSIVE:
    nothing was found out; or in NOT_INSTALLED. SIGTERM counts as Ctrl-C: the first process of a container would else
    not even notice it.
    """
    signal.signal(signal.SIGTERM, interrupt)
    try:
        code = main(sys.argv[1:])
    except OverheardError as error:
        sys.stderr.write(f"{role}: {error}\n")
        code = NOT_INSTALLED if isinstance(error, NotInstalledError) else Outcome.INCONCLUSIVE.exit_code
    except ModuleNotFoundError as error:
        from overheard.role.packages import without  # noqa: PLC0415  (mostly, nothing is missing)

        sys.stderr.write(f"{role}: {without(error)}\n")
        code = NOT_INSTALLED
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
