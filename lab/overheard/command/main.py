"""The command line: its options, and how errors are reported."""

from __future__ import annotations

import argparse
import atexit
import gc
import signal
import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from overheard import __version__
from overheard.command import pages, scan, streams
from overheard.command.pages import add_engine, new_file
from overheard.role.run import interrupt, run
from overheard.words.errors import USAGE
from overheard.words.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  (it has no public name)

# How often garbage is looked for (see `gc.set_threshold`). Readers leave hardly any: with the defaults, it takes half
# of the time if there are many connections.
_GARBAGE = (10_000, 20, 20)

_EXIT_CODES = """\
exit codes:
  0    every verdict is what its scenario expects
  1    a secret was overheard that should not have been
  2    inconclusive, or the lab could not run: the reasons are in the output
  3    something is not installed: the output names the command that installs it
  64   the command line is wrong
  70   an internal error, in one line; --traceback shows all of it: please report it
  74   the system failed: the disk is full, say, or the output cannot be written
  130  interrupted; nothing was left running
"""

# Looked for before anything is parsed.
_TRACEBACK = "--traceback"

# The module and the function of each command.
_WHERE = {
    "demo": ("run", "demo"),
    "run": ("run", "run"),
    "list": ("learn", "list_scenarios"),
    "explain": ("learn", "explain"),
    "errors": ("learn", "errors"),
    "show": ("showing", "show_certificates"),
    "scan": ("scanning", "scan"),
    "watch": ("watching", "watch"),
    "sidecar": ("sidecar", "sidecar"),
    "page": ("page", "page"),
    "report": ("report", "report"),
    "ca": ("ca.actions", "act"),
}


def main() -> None:
    """Run the command, and end the process."""
    # Closing the terminal is like Ctrl-C: stop everything, then exit. Windows has no signal for that.
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, interrupt)
    # The system takes back what is left: to look for garbage in it takes 10 ms.
    atexit.register(gc.freeze)
    streams.prepare()
    run(
        "overheard",
        _dispatch,
        when_interrupted="interrupted; everything that was running is stopped",
        traceback=_TRACEBACK in sys.argv,
    )


def _dispatch(arguments: list[str]) -> int:
    with _keeping_everything():
        options = _parser(*arguments[:1]).parse_args(arguments)
        # Imported late, because --help must be fast.
        module, function = _WHERE[options.command]
        command: Callable[[argparse.Namespace], int] = getattr(import_module(f"overheard.command.{module}"), function)
    # From now on, whatever is running is to be stopped.
    signal.signal(signal.SIGINT, interrupt)
    code = command(options)
    sys.stdout.flush()
    return code


@contextmanager
def _keeping_everything() -> Iterator[None]:
    """Look for no garbage: what is imported stays until the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        gc.enable()


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have an exit code that is that of no verdict."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong, and end the process."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {escaped(message)}\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the process, once the help is written."""
        sys.stdout.flush()
        super().exit(status, message)


def _parser(first: str = "") -> argparse.ArgumentParser:
    """The parser for a command line whose first argument is this. Where that is a command, it knows no other one."""
    parser: argparse.ArgumentParser = _Parser(
        prog="overheard",
        description="What did an eavesdropper on this wire learn?",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"overheard {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in [_ADD[first]] if first in _ADD else _ADD.values():
        add(commands)
    for command in commands.choices.values():
        command.add_argument(_TRACEBACK, action="store_true", help="show all of an internal error, to report it")
    return parser


def _command(commands: Commands, name: str, says: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=says,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_demo(commands: Commands) -> None:
    parser = _command(
        commands,
        "demo",
        "run the whole story once, one line per scenario",
        "Run the lab once: record every scenario, judge it, and print the results, one line each.",
        _EXIT_CODES,
    )
    _add_options_of_a_run(parser)
    parser.add_argument("--details", action="store_true", help="also show all the evidence of every scenario")
    parser.set_defaults(title="make capture-demo")


def _add_run(commands: Commands) -> None:
    parser = _command(
        commands,
        "run",
        "run one or more scenarios, and show all the evidence",
        "Run the named scenarios, and show all the evidence: what the client got, the packets, what was still\n"
        "visible. The scenario `http` is always run with them, as the positive control.",
        "example: overheard run substitution https\n\n" + _EXIT_CODES,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="a scenario; `overheard list` lists them")
    _add_options_of_a_run(parser)
    parser.set_defaults(title="overheard run")


def _add_options_of_a_run(parser: argparse.ArgumentParser) -> None:
    add_engine(parser)
    parser.add_argument("--svg", type=new_file, metavar="FILE", help="also draw the output as an SVG picture")
    parser.add_argument("--json", action="store_true", help="print everything as JSON, without secrets")
    parser.add_argument(
        "--no-page", action="store_true", help="serve no page (by default there is one if the output is a terminal)"
    )


def _add_list(commands: Commands) -> None:
    says = "list the scenarios, in the order of the story"
    parser = _command(commands, "list", says, says[0].upper() + says[1:] + ".", "")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_explain(commands: Commands) -> None:
    parser = _command(
        commands,
        "explain",
        "show what a scenario teaches",
        "Show the chapter of a scenario: its story, where to look, a question, one line to break, and further reading.",
        "example: overheard explain diffie-hellman",
    )
    parser.add_argument("name", metavar="NAME", help="a scenario; `overheard list` lists them")
    parser.add_argument("--answer", action="store_true", help="also show the answer to the question")


def _add_errors(commands: Commands) -> None:
    parser = _command(
        commands,
        "errors",
        "find out what a TLS error means, and how to fix it",
        "Paste an error as you have it, of any program and in any wrapping, and get its cause and its cure; for those\n"
        "that the gallery makes, also what crosses the wire. Of a log, each error is told, the last one first.\n"
        "Without a text, list all errors.",
        "examples:\n  overheard errors 'certificate verify failed: certificate has expired'\n"
        "  pip install . 2>&1 | overheard errors -\n\n"
        "exit codes:\n  0    found\n  1    nothing matches, or the text is too general: then a question is asked back",
    )
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the error, or a part of it; `-` reads standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_show(commands: Commands) -> None:
    from overheard.command import show  # noqa: PLC0415  (only this command has times)

    show.add_parser(commands)


def _add_watch(commands: Commands) -> None:
    from overheard.command import watch  # noqa: PLC0415  (the others need none of it)

    watch.add_parser(commands)


def _add_sidecar(commands: Commands) -> None:
    from overheard.command import sidecar  # noqa: PLC0415  (the same)

    sidecar.add_parser(commands)


def _add_ca(commands: Commands) -> None:
    from overheard.command.ca import parser  # noqa: PLC0415  (the same)

    parser.add_parser(commands)


_ADD: dict[str, Callable[[Commands], object]] = {
    "demo": _add_demo,
    "run": _add_run,
    "list": _add_list,
    "explain": _add_explain,
    "errors": _add_errors,
    "show": _add_show,
    "scan": scan.add_parser,
    "watch": _add_watch,
    "sidecar": _add_sidecar,
    "page": pages.add_page,
    "report": pages.add_report,
    "ca": _add_ca,
}
