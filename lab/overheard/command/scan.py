"""The options of `overheard scan`, which judges any capture."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

NAME = "scan"
HELP = "find out what can be seen in captures: credentials, or secrets that you name"

_DESCRIPTION = """\
Search captures (pcap or pcapng, also compressed with gzip or zstd) for whatever an eavesdropper would look for, inside
every layer that can be decoded without a key. Without secrets, it finds credentials by itself, lists the flows, and
says what went in clear. With secrets, the verdict on each is OVERHEARD, PROTECTED, NOT SENT or INCONCLUSIVE,
with the reasons.
"""
_EPILOG = """\
without secrets:
  Logins, cookies, tokens and keys are known by their kind. OVERHEARD: one was in clear. PROTECTED: all application data
  in the capture was encrypted. INCONCLUSIVE: some was in clear, and no credential was recognised in it; or the capture
  has none, or is damaged. Nothing is said about traffic that is not in the capture.

the secrets:
  A value on the command line (--secret) is visible to everybody on this machine, with `ps`, and stays in the shell
  history. Read it from a file or from the environment instead. One newline at the end of a file is ignored. A list in
  TOML has one table per secret, with one of value, file and env:

    [[secret]]
    name = "password"
    file = "password.txt"

    [[secret]]
    name = "token"
    env = "API_TOKEN"

what you vouch for:
  No capture can prove that it begins before the traffic and ends after it, nor, without keys, that the secret was sent
  at all. Unless you vouch for that, a secret that was not found is INCONCLUSIVE.
  --vouch whole  the capture has all of the traffic
  --vouch sent   the secret was sent during the capture; it is better to prove that with --keys

  If the keys prove the opposite, that all connections ended in their handshake and nothing else was sent, it is
  NOT SENT: nobody has overheard it, and nothing was protected either.

what it rests on:
  PROTECTED says `sealed` if all application data was encrypted: proved by the session keys, if they open every record,
  or by shape. It says `searched` if some was in clear: that was searched, but nobody can rule out a disguise that is
  not known. With `--require sealed`, recommended for CI, the latter is INCONCLUSIVE. With `--require no-media` it is if
  images, fonts, audio or video were in clear, whose samples nobody reads.
  --require sealed HOST:PORT ...  restricts this to the flows of these endpoints, each of which must have carried
                                  application data: an address or a name with a port, or :PORT

what is shown:
  Machine-readable reports never contain a secret. The text shows its bytes in a hex dump, on a terminal only; otherwise
  they are masked, unless you give --show-secrets.

examples:
  overheard scan traffic.pcapng
  overheard scan traffic.pcapng --require sealed localhost:8443 10.0.0.7:5432
  overheard scan traffic.pcapng --secret-file password=password.txt
  overheard scan traffic.pcapng --secret-env API_TOKEN --keys session.keys --vouch whole
  overheard scan ring_*.pcapng.gz --secrets list.toml --only 10.0.0.7:5432 --report overheard.sarif
  overheard scan traffic.pcap --secret-env PASSWORD --without :22 --second-witness --report overheard.xml --quiet
  tcpdump -U -w - | overheard scan - --secret-env TOKEN          until Ctrl-C

exit codes:
  0    every secret is PROTECTED; without secrets, all application data was encrypted; or what was found is not in
       --fail-on
  1    a secret, or a credential, was OVERHEARD
  2    INCONCLUSIVE, or NOT SENT, or nothing could be judged: the reasons are in the output
  3    a Python package is not installed: the output names it
  64   the command line is wrong
  70   an internal error, in one line; --traceback shows all of it: please report it
  74   the system failed: the disk is full, say, or a report cannot be written
  130  interrupted; no report was left half written
"""
# The outcomes that may make a command fail.
OVERHEARD, INCONCLUSIVE = "overheard", "inconclusive"
# What may be required, and what endpoints may follow: words of `overheard.words.options`, which --help need not import.
REQUIRED, SEALED = ("sealed", "no-media"), "sealed"
# An address or a name, and a port.
_ENDPOINT = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]*):[0-9]{1,5}"
_PORT = re.compile(r":[0-9,]*$")
# The report formats, by file suffix.
KINDS = {".json": "json", ".sarif": "sarif", ".xml": "junit"}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `scan` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(more_files=[])
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="captures; the files of a ring buffer in any order (-: standard input)"
    )
    add_secrets(parser.add_argument_group("the secrets, as many as you like; without any, credentials are looked for"))
    _add_ways(parser.add_argument_group("how to search"))
    add_output(parser.add_argument_group("output"))
    return parser


def add_secrets(group: argparse._ArgumentGroup) -> None:
    """Add the options that name secrets."""
    for option, metavar, says in (
        ("--secret", "NAME=VALUE", "a secret; not recommended, because others can see it"),
        ("--secret-file", "NAME=PATH", "a secret that is read from a file"),
        ("--secret-env", "NAME[=VARIABLE]", "a secret in an environment variable, of the same name or another"),
        ("--secrets", "LIST.toml", "a TOML file that lists secrets"),
    ):
        # All in one list: reports list the secrets in the order of the command line.
        group.add_argument(option, dest="secrets", action=_Given, default=[], metavar=metavar, help=says)


def _add_ways(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--keys",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="TLS session keys (SSLKEYLOGFILE), to prove that a secret was sent; those in a capture are used as well",
    )
    group.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="judge only traffic from or to these (an address, a name, a network like 10.0.0.0/8, or :PORT)",
    )
    group.add_argument(
        "--without", action="append", default=[], metavar="HOST[:PORT]", help="leave out traffic from or to these"
    )
    group.add_argument("--any-case", action="store_true", help="ignore upper and lower case")
    group.add_argument(
        "--vouch", action="append", default=[], choices=("sent", "whole"), help="what you vouch for; see below"
    )
    group.add_argument(
        "--require",
        action=_Required,
        nargs="+",
        default=[],
        metavar=("WHAT", "HOST:PORT"),
        help="what PROTECTED takes besides: sealed, of all flows or of those of endpoints, or no-media; see below",
    )
    group.add_argument(
        "--fail-on",
        action=_FailOn,
        nargs="+",
        default=[OVERHEARD, INCONCLUSIVE],
        metavar="OUTCOME",
        help=f"what makes this fail: {OVERHEARD}, {INCONCLUSIVE} (so does NOT SENT then; now: both)",
    )
    group.add_argument(
        "--depth", type=_depth, metavar="N", help="how many nested layers (gzip, base64 and so on) to decode"
    )
    group.add_argument(
        "--second-witness", action="store_true", help="search with tshark as well, which takes far longer"
    )


def add_output(group: argparse._ArgumentGroup) -> None:
    """Add the options of what is printed and written."""
    kinds = group.add_mutually_exclusive_group()
    for kind, says in (
        ("json", "print everything as JSON"),
        ("sarif", "print SARIF 2.1.0, for code scanning"),
        ("junit", "print JUnit XML, with one test case per secret"),
    ):
        kinds.add_argument(f"--{kind}", dest="printed", action="store_const", const=kind, help=says)
    group.add_argument(
        "--report",
        type=_report,
        action="append",
        default=[],
        metavar="FILE",
        help="also write a report to a file: .json, .sarif, or .xml for JUnit; may be given more than once",
    )
    group.add_argument("--flows", action="store_true", help="list all flows, not only the most important ones")
    group.add_argument(
        "--show-secrets", action="store_true", help="do not mask secrets, even if the output is not a terminal"
    )
    group.add_argument("--quiet", action="store_true", help="print no text and no progress")


class _Given(argparse.Action):
    """Collects a secret together with the option that named it."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        value: object,
        option: str | None = None,
    ) -> None:
        options.secrets = [*options.secrets, (option, value)]


class _Required(argparse.Action):
    """Collects what is required, with the endpoints that it is restricted to. Other words that follow are captures."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        values: object,
        option: str | None = None,
    ) -> None:
        what, *words = _words(parser, option, values, REQUIRED)
        endpoints = [word for word in words if what == SEALED and _is_endpoint(word)]
        options.require = [*options.require, (what, tuple(endpoints))]
        options.more_files = [*options.more_files, *(word for word in words if word not in endpoints)]


class _FailOn(argparse.Action):
    """Collects the outcomes that make the command fail. Other words that follow are captures."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        values: object,
        option: str | None = None,
    ) -> None:
        words = _words(parser, option, values, (OVERHEARD, INCONCLUSIVE))
        options.fail_on = [word for word in words if word in (OVERHEARD, INCONCLUSIVE)]
        options.more_files = [*options.more_files, *(word for word in words if word not in options.fail_on)]


def _words(parser: argparse.ArgumentParser, option: str | None, values: object, choices: tuple[str, ...]) -> list[str]:
    """The words after an option, the first of which must be one of its choices."""
    words = [str(word) for word in values] if isinstance(values, list) else [str(values)]
    if words[0] not in choices:
        parser.error(f"argument {option}: invalid choice: {words[0]!r} (choose from {', '.join(map(repr, choices))})")
    return words


def _is_endpoint(word: str) -> bool:
    """Whether a word is an endpoint, or a mistaken one, such as `::1:443`, rather than a capture."""
    return bool(re.fullmatch(_ENDPOINT, word) or (_PORT.search(word) and not Path(word).exists()))


def _depth(text: str) -> int:
    if not text.isdecimal() or int(text) > 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 64")
    return int(text)


def _report(text: str) -> Path:
    path = Path(text)
    if path.suffix not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in one of {', '.join(KINDS)}")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path
