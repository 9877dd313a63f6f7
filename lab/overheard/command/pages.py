"""The command lines of `overheard page` and `overheard report`, and the options that all commands about runs have."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines import NAMES

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  (it has no public name)

_LAST_PORT = 65535


def add_page(commands: Commands) -> None:
    """Add the command `page`."""
    parser = commands.add_parser(
        "page",
        help="show a run in the browser",
        description="Serve the page of a run on this machine: each chapter with what its client got, what the spy\n"
        "saw, and every byte on the wire. It ends with Ctrl-C.",
        epilog="example: overheard page                    the newest run in ./runs\n"
        "         overheard page 20261202-101500-9f1c --port 8081",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_run(parser)
    add_engine(parser)
    parser.add_argument(
        "--port",
        type=_port,
        default=8080,
        metavar="PORT",
        help="its port on 127.0.0.1 (default: 8080; 0: any free one)",
    )


def add_report(commands: Commands) -> None:
    """Add the command `report`."""
    parser = commands.add_parser(
        "report",
        help="write the page of a run as one file",
        description="Write the page of a run as one HTML file, which needs no server and no network: to hand\n"
        "out, or to keep with a build. The secret is masked.",
        epilog="example: overheard report -o lesson.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_run(parser)
    add_runs(parser)
    parser.add_argument("-o", "--output", type=new_file, metavar="FILE", help="the file (default: RUN.html)")
    parser.add_argument("--with-secret", action="store_true", help="show the secret")
    parser.add_argument(
        "--with-recordings", action="store_true", help="embed the recordings, for Wireshark; the secret is in them"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", default="", metavar="RUN", help="the name of a run (default: the newest)")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add where the roles run, and where the recordings are."""
    parser.add_argument(
        "--engine",
        choices=("", *NAMES),
        default=os.environ.get("ENGINE", ""),
        metavar="|".join(NAMES),
        help="where the roles run; by default in containers if Docker works, otherwise as processes (also: ENGINE=...)",
    )
    add_runs(parser)


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add where the recordings are."""
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="where the recordings are (default: ./runs)"
    )


def new_file(text: str) -> Path:
    """A file that can be created, checked before anything is done."""
    path = Path(text)
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


def _port(text: str) -> int:
    """A port to listen on; 0 is any."""
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to {_LAST_PORT})")
    return int(text)
