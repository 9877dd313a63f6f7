"""The command line of `overheard sidecar`: each setting is an environment variable, and an option of the same name."""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from overheard.role.packages import check_for_sidecar

NAME = "sidecar"
HELP = "record and judge beside a service, in windows, until it is ended"

_DESCRIPTION = """\
Record what goes over the wire beside a service, in its network, and judge it in windows: PROTECTED, OVERHEARD or
INCONCLUSIVE, each and all together, by HTTP, in a file and as the exit code. A window in which nothing was sent is
QUIET, and is neither for nor against anything.
"""
_EPILOG = """\
Each option is also an environment variable: --window is OVERHEARD_WINDOW. Lists are separated by commas.

examples:
  overheard sidecar --interface eth0 --secrets /run/secrets --vouch sent
  overheard sidecar --require sealed --ports 5432 --windows 1 --window 30

exit codes:
  0    PROTECTED: every secret, in all windows together
  1    a secret, or a credential, was OVERHEARD in a window
  2    INCONCLUSIVE, or nothing could be recorded: the reasons are in the output
  3    a Python package is not installed: the output names it
  64   a setting is wrong
  70   an internal error, in one line; --traceback shows all of it: please report it
  74   the system failed

  SIGTERM and Ctrl-C end the window, which is judged.
"""


class _Setting(NamedTuple):
    """A setting: the variable, and what it is."""

    variable: str
    metavar: str
    says: str

    @property
    def option(self) -> str:
        return "--" + self.variable.removeprefix("OVERHEARD_").lower().replace("_", "-")


SETTINGS = (
    _Setting("OVERHEARD_INTERFACE", "NAME", "the interface to record (eth0)"),
    _Setting("OVERHEARD_PORTS", "LIST", "record only these ports"),
    _Setting("OVERHEARD_FILTER", "FILTER", "a capture filter; see pcap-filter(7)"),
    _Setting("OVERHEARD_WINDOW", "SECONDS", "how long a window is (60)"),
    _Setting("OVERHEARD_WINDOWS", "N", "end after so many windows (0: until it is ended)"),
    _Setting("OVERHEARD_SECRETS", "LIST", "files, or folders of files, each a secret by its name"),
    _Setting("OVERHEARD_KEYS", "LIST", "files of TLS session keys (SSLKEYLOGFILE), to prove that a secret was sent"),
    _Setting("OVERHEARD_VOUCH", "sent", "say that the secrets were sent, without keys"),
    _Setting("OVERHEARD_REQUIRE", "LIST", "what PROTECTED takes besides: sealed, no-media"),
    _Setting("OVERHEARD_SEALED", "LIST", "require sealed of these endpoints: HOST:PORT or :PORT"),
    _Setting("OVERHEARD_VERDICT", "FILE", "write the verdict to this file, as JSON"),
    _Setting("OVERHEARD_HTTP", "ADDRESS:PORT", "where to serve the verdict and metrics; off: nowhere (127.0.0.1:5698)"),
    _Setting("OVERHEARD_RECORDINGS", "FOLDER", "keep recordings of windows that failed in this folder"),
    _Setting("OVERHEARD_KEEP_MIB", "N", "of at most this size (64)"),
    _Setting("OVERHEARD_CARRY_MIB", "N", "carry on so much of open connections to the next window (16)"),
    _Setting("OVERHEARD_BUFFER_MIB", "N", "the kernel buffer of dumpcap (8)"),
)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `sidecar` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for setting in SETTINGS:
        parser.add_argument(setting.option, dest=setting.variable, metavar=setting.metavar, help=setting.says)
    return parser


def sidecar(options: argparse.Namespace) -> int:
    """Record, judge, and return the exit code. Raises OverheardError."""
    check_for_sidecar()
    from overheard.sidecar import main  # noqa: PLC0415  (it needs the package that was just checked)
    from overheard.sidecar.settings import Settings  # noqa: PLC0415

    given = {each.variable: getattr(options, each.variable) for each in SETTINGS}
    chosen = {variable: value for variable, value in given.items() if value is not None}
    return main.sidecar(Settings.from_environment({**os.environ, **chosen}))
