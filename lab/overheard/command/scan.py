"""`overheard scan`: what an eavesdropper got to know from captures of anybody's."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "scan"
HELP = "say whether secrets are to be seen in captures"

_DESCRIPTION = """\
Look for secrets in captures (pcap or pcapng, also compressed with gzip or zstd), in every spelling and under every
layer that anyone could take off, and say of each whether it was OVERHEARD, is PROTECTED, or neither can be said
(INCONCLUSIVE), with the reasons.
"""
_EPILOG = """\
what the secrets are:
  A value on the command line (--secret) can be read by everybody on this machine, with `ps`, and stays in the history
  of the shell. Have it read from a file or from the environment instead. Of a file, one line end at its end is left
  off. A list in TOML has a table for each, with one of value, file and env:

    [[secret]]
    name = "password"
    file = "password.txt"

    [[secret]]
    name = "token"
    env = "API_TOKEN"

what you vouch for:
  No file can say that it begins before the traffic and ends after it, nor, without keys, that the secret was sent at
  all. Unless you give your word, what was not seen is INCONCLUSIVE.
  --vouch whole  nothing of the traffic is outside of the capture
  --vouch sent   the secret was sent while it was made; better, prove it with --keys

what is shown:
  Reports as data never hold a secret. Nor does the text, but for bytes in hexadecimal on a terminal; elsewhere they
  are masked, unless --show-secrets says otherwise.

examples:
  overheard scan traffic.pcapng --secret-file password=password.txt
  overheard scan traffic.pcapng --secret-env API_TOKEN --keys session.keys --vouch whole
  overheard scan ring_*.pcapng.gz --secrets list.toml --only 10.0.0.7:5432 --report overheard.sarif
  overheard scan traffic.pcap --secret-env PASSWORD --without :22 --second-witness --report overheard.xml --quiet
  tcpdump -U -w - | overheard scan - --secret-env TOKEN

exit codes:
  0    every secret is PROTECTED
  1    a secret was OVERHEARD
  2    INCONCLUSIVE, or nothing could be judged: the reasons are in the output
  3    a package of Python is not installed: the output names it
  130  interrupted; no report was left half written
"""
# The kinds of reports, by how their files end.
KINDS = {".json": "json", ".sarif": "sarif", ".xml": "junit"}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `scan` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="captures; those of a ring, in any order (-: standard input)"
    )
    _add_secrets(parser.add_argument_group("the secrets, as many as you like"))
    _add_ways(parser.add_argument_group("how to look"))
    _add_output(parser.add_argument_group("what to say"))
    return parser


def _add_secrets(group: argparse._ArgumentGroup) -> None:
    for option, metavar, says in (
        ("--secret", "NAME=VALUE", "a secret; better not here, where others can see it"),
        ("--secret-file", "NAME=PATH", "a secret that is the content of a file"),
        ("--secret-env", "NAME[=VARIABLE]", "a secret in an environment variable, of the same name or another"),
        ("--secrets", "LIST.toml", "secrets that a file lists"),
    ):
        # All go to one list: reports have the secrets in the order in which they were given.
        group.add_argument(option, dest="secrets", action=_Given, default=[], metavar=metavar, help=says)


def _add_ways(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--keys",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="session keys of TLS (SSLKEYLOGFILE): they prove that a secret was sent; those in a capture count, too",
    )
    group.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="judge only what these sent or got (an address, a network as 10.0.0.0/8, or :PORT)",
    )
    group.add_argument(
        "--without", action="append", default=[], metavar="HOST[:PORT]", help="leave out what these sent or got"
    )
    group.add_argument("--any-case", action="store_true", help="take letters of either case for the same")
    group.add_argument(
        "--vouch", action="append", default=[], choices=("sent", "whole"), help="what you give your word for; see below"
    )
    group.add_argument("--depth", type=_depth, metavar="N", help="how many layers to take off, one in the other")
    group.add_argument("--second-witness", action="store_true", help="have tshark look, too, which takes far longer")


def _add_output(group: argparse._ArgumentGroup) -> None:
    kinds = group.add_mutually_exclusive_group()
    for kind, says in (
        ("json", "print all of it as JSON"),
        ("sarif", "print it as SARIF 2.1.0, for code scanning"),
        ("junit", "print it as JUnit XML, a test case a secret"),
    ):
        kinds.add_argument(f"--{kind}", dest="printed", action="store_const", const=kind, help=says)
    group.add_argument(
        "--report",
        type=_report,
        action="append",
        default=[],
        metavar="FILE",
        help="leave a report in a file, too: .json, .sarif, or .xml for JUnit; may be given more than once",
    )
    group.add_argument("--flows", action="store_true", help="list all flows, and not only those that matter most")
    group.add_argument("--show-secrets", action="store_true", help="mask nothing, even where no terminal is")
    group.add_argument("--quiet", action="store_true", help="print no text and no progress")


class _Given(argparse.Action):
    """Notes a secret with the option that it was given by."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        value: object,
        option: str | None = None,
    ) -> None:
        options.secrets = [*options.secrets, (option, value)]


def _depth(text: str) -> int:
    if not text.isdecimal() or int(text) > 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 64")
    return int(text)


def _report(text: str) -> Path:
    path = Path(text)
    if path.suffix not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} ends in none of {', '.join(KINDS)}")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path
