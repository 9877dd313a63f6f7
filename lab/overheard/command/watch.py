"""The options of `overheard watch`, which listens while a command runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from overheard.command.scan import INCONCLUSIVE, OVERHEARD, REQUIRED, add_output, add_secrets

NAME = "watch"
HELP = "run a command, and find out what could be overheard of its traffic"

# What makes `watch` fail besides an outcome, which counts more, and the exit code for that.
COMMAND = "command"
COMMAND_FAILED = 4
# In which network the command runs: one that has nothing but `lo`, or that of this machine.
OWN, HOST = "own", "host"
# For the process that is in a network of its own.
INSIDE = "--inside-own-network"

_DESCRIPTION = """\
Run a command, record its traffic, and judge it, as `overheard scan` judges a capture. Session keys of TLS, which prove
that a secret was sent, are taken from what the command runs (SSLKEYLOGFILE): curl, Python, node, browsers and others.
"""
_EPILOG = """\
the network:
  --net own   the command runs in a network namespace of its own, in which there is only `lo`: nothing else is recorded,
              and nothing outside can be reached. This is for tests that start their own servers.
  --net host  it runs in the network of this machine; the traffic of other programs on the interface is recorded, too,
              except that of other ports, if you name some (--port)

  Recording takes root, or the rights that Wireshark's package gives to its group; with --net own, only user namespaces.
  Where none of these can be had, --relay 8444:localhost:8443 listens on port 8444 of 127.0.0.1, passes on what is sent
  to it, and records that. Nothing else is recorded, so let the command connect to that port. Unless you say
  --net own, it then runs in the network of this machine.

examples:
  overheard watch --secret-env API_TOKEN -- pytest
  overheard watch --require sealed --port 8443 -- ./integration-tests.sh
  overheard watch --net host --interface eth0 --secret-env API_TOKEN --vouch sent -- ./deploy.sh
  overheard watch --secret-env API_TOKEN --relay 8444:localhost:8443 -- ./client https://localhost:8444
  overheard watch --secret-env API_TOKEN --report overheard.sarif --fail-on overheard -- make test

exit codes:
  0    every secret is PROTECTED, and the command succeeded; or what happened is not in --fail-on
  1    a secret, or a credential, was OVERHEARD
  2    INCONCLUSIVE, or NOT SENT, or nothing could be recorded: the reasons are in the output
  3    a Python package is not installed: the output names it
  4    the command failed; its own exit code is in the last line
  64   the command line is wrong
  70   an internal error, in one line; --traceback shows all of it: please report it
  74   the system failed: the disk is full, say, or a report cannot be written

  Ctrl-C, SIGTERM and SIGHUP are for the command. What was recorded until its end is judged. What it leaves running in
  a network of its own is ended.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `watch` to the commands of a parser."""
    parser = commands.add_parser(
        NAME,
        help=HELP,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="overheard watch [options] -- COMMAND [ARGUMENT ...]",
    )
    parser.add_argument("program", nargs="+", metavar="COMMAND", help="the command and its arguments, after --")
    add_secrets(parser.add_argument_group("the secrets, as many as you like; without any, credentials are looked for"))
    _add_recording(parser.add_argument_group("what to record"))
    _add_judging(parser.add_argument_group("how to judge"))
    add_output(parser.add_argument_group("output"))
    return parser


def _add_recording(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--net", choices=(OWN, HOST), metavar=f"{OWN}|{HOST}", help="the network; see below")
    group.add_argument(INSIDE, dest="inside", action="store_true", help=argparse.SUPPRESS)
    group.add_argument("--interface", default="lo", metavar="NAME", help="the interface to record (now: lo)")
    group.add_argument(
        "--relay",
        action="append",
        default=[],
        metavar="PORT:SERVER:PORT",
        help="record what goes through this port to a server, without rights or dumpcap; may be repeated",
    )
    group.add_argument(
        "--port", type=int, action="append", default=[], metavar="N", help="record only this port; may be repeated"
    )
    group.add_argument("--filter", default="", metavar="FILTER", help="a capture filter; see pcap-filter(7)")
    group.add_argument("--recording", type=Path, metavar="FILE", help="keep the recording (pcapng)")


def _add_judging(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--keys", type=Path, action="append", default=[], metavar="FILE", help="further TLS session keys"
    )
    group.add_argument(
        "--vouch", action="append", default=[], choices=("sent",), help="say that the secrets were sent, without keys"
    )
    group.add_argument("--require", action="append", default=[], choices=REQUIRED, help="what PROTECTED takes besides")
    group.add_argument(
        "--fail-on",
        nargs="+",
        choices=(OVERHEARD, INCONCLUSIVE, COMMAND),
        default=[OVERHEARD, INCONCLUSIVE, COMMAND],
        help="what makes this fail (now: each of them), besides a recording that is not whole; NOT SENT does as"
        f" {INCONCLUSIVE}",
    )
