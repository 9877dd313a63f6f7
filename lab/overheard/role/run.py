"""The frame of every role's `__main__`: error messages without tracebacks, and meaningful exit codes."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import INPUT_OUTPUT, INTERNAL_ERROR, INTERRUPTED, OverheardError, SettingsError
from overheard.words.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# In seconds.
_A_MOMENT = 0.001


def run(role: str, main: Callable[[list[str]], int], *, when_interrupted: str = "", traceback: bool = True) -> None:
    """Run `main` with the command line's arguments, and end the process with what it returns.

    An OverheardError is printed to stderr without a traceback, and has the exit code. Any other exception is an
    INTERNAL_ERROR, with a `traceback` or in one line, except for those of the system, such as a full disk. SIGTERM is
    handled like Ctrl-C; the first process of a container would otherwise ignore it. `when_interrupted` is printed then.
    """
    signal.signal(signal.SIGTERM, interrupt)
    sys.unraisablehook = _interrupt_again
    try:
        code = main(sys.argv[1:])
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (Python's own exit code would be that of OVERHEARD)
        _ignore_interruptions()
        code, message = _explained(error, traceback=traceback)
        if code == INTERRUPTED:
            message = when_interrupted
        elif traceback and code in (INTERNAL_ERROR, INPUT_OUTPUT):
            sys.excepthook(*sys.exc_info())
        if message:
            sys.stderr.write(f"{role}: {message}\n")
    _ignore_interruptions()
    sys.exit(code)


def _ignore_interruptions() -> None:
    """Nothing takes long from here on, and Python would print what interrupts it."""
    for number in (signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def _interrupt_again(ignored: sys.UnraisableHookArgs) -> None:
    """Raise Ctrl-C a moment later, where Python would ignore it: in a callback, such as one of its imports."""
    if isinstance(ignored.exc_value, KeyboardInterrupt):
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, _A_MOMENT)
    else:
        sys.__unraisablehook__(ignored)


def _explained(error: BaseException, *, traceback: bool) -> tuple[int, str]:
    """The exit code for an error, and what to print; nothing if the traceback says it all."""
    if _is_interruption(error):
        return INTERRUPTED, ""
    if isinstance(error, ModuleNotFoundError):
        from overheard.role.packages import without  # noqa: PLC0415  (rarely needed)

        error = without(error) or error
    if isinstance(error, OverheardError):
        return error.exit_code, str(error)
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return INPUT_OUTPUT, escaped(f"{error.strerror}{name}")
    if traceback:
        return INTERNAL_ERROR, ""
    # Without its message, which may contain anything, even a secret.
    where = _place(error)
    return INTERNAL_ERROR, f"internal error: {type(error).__name__}{where}\n  please report it, with --traceback"


def _place(error: BaseException) -> str:
    """The last line of this project that was running."""
    place, step = "", error.__traceback__
    while step:
        if (module := str(step.tb_frame.f_globals.get("__name__"))).startswith("overheard"):
            place = f" in {module}, line {step.tb_lineno}"
        step = step.tb_next
    return place


def _is_interruption(error: BaseException | None) -> bool:
    """Whether the error is Ctrl-C, or what somebody (such as Python's `enum`, while imported) has made of it."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def asks_for_health(arguments: list[str]) -> bool:
    """Whether the arguments of a role are `health`. Raises SettingsError for any other arguments."""
    if arguments not in ([], ["health"]):
        raise SettingsError(f"unknown arguments: {' '.join(arguments)}", hint="there is only `health`")
    return bool(arguments)


def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Handle a signal like Ctrl-C."""
    raise KeyboardInterrupt
