"""The command line: what can be asked for, and how failures are told."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from overheard import __version__
from overheard.engines.choose import NAMES
from overheard.role.run import interrupt, run
from overheard.words.story import SCENARIOS

_EXIT_CODES = """\
exit codes:
  0    every verdict is what its scenario expects
  1    a secret was overheard that should not have been
  2    inconclusive: the reasons are in the output
  130  interrupted; nothing was left running
"""


def main() -> None:
    """Do what the command line says, and end the process."""
    # A terminal that is closed is no different from Ctrl-C: take down what runs, then go.
    signal.signal(signal.SIGHUP, interrupt)
    run("overheard", _dispatch)


def _dispatch(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    from overheard.command.demo import demo  # noqa: PLC0415  (--help must be quick)

    try:
        return demo(options)
    except KeyboardInterrupt:
        sys.stderr.write("overheard: interrupted; what was running is taken down\n")
        raise


def _new_file(text: str) -> Path:
    """A file that can be made: known before the lab runs, and not after."""
    path = Path(text)
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


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
    demo.add_argument("--svg", type=_new_file, metavar="FILE", help="draw the output as a picture, too")
    return parser
