"""The frame of every role's `__main__`: error messages without tracebacks, and meaningful exit codes."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import NotInstalledError, OverheardError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# The exit code if something is not installed. It is not a verdict.
NOT_INSTALLED = 3
# That of an internal error (sysexits.h, EX_SOFTWARE). It is not a verdict, either.
INTERNAL_ERROR = 70


def run(role: str, main: Callable[[list[str]], int]) -> None:
    """Run `main` with the command line's arguments, and end the process with what it returns.

    An OverheardError is printed to stderr without a traceback, and the exit code is that of INCONCLUSIVE: nothing was
    found out. It is NOT_INSTALLED if something is not installed, and INTERNAL_ERROR after a traceback for any other
    exception. SIGTERM is handled like Ctrl-C; the first process of a container would otherwise ignore it.
    """
    signal.signal(signal.SIGTERM, interrupt)
    try:
        code = main(sys.argv[1:])
    except OverheardError as error:
        from overheard.words.verdict import Outcome  # noqa: PLC0415  (most runs end without an error)

        sys.stderr.write(f"{role}: {error}\n")
        code = NOT_INSTALLED if isinstance(error, NotInstalledError) else Outcome.INCONCLUSIVE.exit_code
    except ModuleNotFoundError as error:
        from overheard.role.packages import without  # noqa: PLC0415  (rarely needed)

        sys.stderr.write(f"{role}: {without(error)}\n")
        code = NOT_INSTALLED
    except KeyboardInterrupt:
        code = 130
    except Exception:  # noqa: BLE001  (whatever it is, Python's exit code for it would be that of OVERHEARD)
        sys.excepthook(*sys.exc_info())
        code = INTERNAL_ERROR
    sys.exit(code)


def asks_for_health(arguments: list[str]) -> bool:
    """Whether the arguments of a role are `health`. Raises SettingsError for any other arguments."""
    if arguments not in ([], ["health"]):
        raise SettingsError(f"unknown arguments: {' '.join(arguments)}", hint="there is only `health`")
    return bool(arguments)


def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Handle a signal like Ctrl-C."""
    raise KeyboardInterrupt
