"""The command line: what can be asked for, and how failures are told."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from overheard import __version__
from overheard.engines.choose import NAMES
from overheard.role.run import run
from overheard.words.story import SCENARIOS

if TYPE_CHECKING:
    from types import FrameType

_EXIT_CODES = """\
exit codes:
  0    every verdict is what its scenario expects
  1    a secret was overheard that should not have been
  2    inconclusive: the reasons are in the output
  130  interrupted; nothing was left running
"""


def main() -> None:
    """Do what the command line says, and end the process."""
    # Being told to end is no different from Ctrl-C: take down what runs, then go.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    run("overheard", _dispatch)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _dispatch(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    from overheard.command.demo import demo  # noqa: PLC0415  (--help must be quick)

    return demo(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="overheard",
        description="What did an eavesdropper on this wire get to know?",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"overheard {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    demo = commands.add_parser(
        "demo",
        help="run the lab once, and show what the spy saw",
        description="Run the lab once: record every scenario, judge it, and show the evidence.\n\nscenarios:\n"
        + "\n".join(f"  {scenario.name:<18}{scenario.title}" for scenario in SCENARIOS),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    demo.add_argument(
        "--engine",
        choices=("", *NAMES),
        default=os.environ.get("ENGINE", ""),
        metavar="|".join(NAMES),
        help="where the roles run; by default containers where Docker works, else processes (also: ENGINE=...)",
    )
    demo.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="where recordings are left (default: ./runs)"
    )
    demo.add_argument("--brief", action="store_true", help="the table alone, without the packets")
    demo.add_argument("--svg", type=Path, metavar="FILE", help="draw the output as a picture, too")
    return parser
