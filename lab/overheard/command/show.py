"""`overheard show`: a certificate in words, and what is wrong with it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

NAME = "show"
HELP = "say in words what a certificate says, and what is wrong with it"

_DESCRIPTION = """\
Say in words what the certificates in a file say, or those that a server sends: from when to when, who, according to
whom; then names, key and every extension in a line. What is wrong is told in the words of the gallery.

A server is asked twice: once believing everything, for what it sends, and once as `requests` asks, for what it says.
"""
_EPILOG = """\
examples:
  overheard show https://example.org
  overheard show https://localhost:5443 --ca root.pem
  overheard show server.pem --host server --ca root.pem
  overheard show server.pem --at 2027-01-01
  openssl s_client -connect HOST:PORT -showcerts </dev/null | overheard show -

exit codes:
  0    nothing wrong was found
  1    something is wrong with a certificate, or TLS failed over it
  2    there was no certificate to look at
  130  interrupted
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `show` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what", metavar="FILE|URL", help="certificates in PEM or DER (-: standard input), or https://..."
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="the CAs to trust (default for a URL: those of `requests`)"
    )
    parser.add_argument("--crl", type=Path, metavar="FILE", help="revocation lists to heed, which `requests` does not")
    parser.add_argument(
        "--host", metavar="NAME", help="judge a FILE as the certificate of that host, a name or address"
    )
    parser.add_argument("--at", type=_moment, metavar="TIME", help="judge at that time, like 2027-01-01 (UTC)")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    return parser


def _moment(text: str) -> datetime:
    """A time in ISO 8601; UTC where it does not say."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2027-01-01 or 2027-01-01T12:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
