"""`overheard show`: a certificate in plain words, and what is wrong with it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

NAME = "show"
HELP = "explain a certificate, or what comes with one, in plain words, and what is wrong with it"

_DESCRIPTION = """\
Explain the certificates in a file, or those that a server sends, in plain words: subject, issuer and validity in a
sentence, then names, key and every extension, one line each. Faults are described as in the gallery, and those that
`requests` here takes and other programs refuse come after those that it refuses.

Requests (CSR), revocation lists (CRL), OCSP, PKCS #7, PKCS #12 and keys are shown as well; of private keys, nothing
private.

A server is contacted twice: once without verification, to get its certificates, and once as `requests` would, to get
the error.
"""
_EPILOG = """\
examples:
  overheard show https://example.org
  overheard show https://localhost:5443 --ca root.pem
  overheard show server.pem --host server --ca root.pem
  overheard show server.pem --at 2027-01-01
  openssl s_client -connect HOST:PORT -showcerts </dev/null | overheard show -

exit codes:
  0    nothing wrong was found, or only what other programs refuse
  1    something is wrong with a certificate, or TLS failed because of it
  2    there was no certificate to examine
  64   the command line is wrong
  130  interrupted
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `show` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what", metavar="FILE|URL", help="certificates in PEM, DER, PKCS #7 or #12 (-: standard input), or https://..."
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="the CAs to trust (default for a URL: those of `requests`)"
    )
    parser.add_argument(
        "--crl", type=Path, metavar="FILE", help="revocation lists to check, which `requests` does not do"
    )
    parser.add_argument("--host", metavar="NAME", help="check whether a FILE is valid for that host, a name or address")
    parser.add_argument(
        "--at", type=_moment, metavar="TIME", help="check the validity at that time, like 2027-01-01 (UTC)"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


def _moment(text: str) -> datetime:
    """A time in ISO 8601; UTC if it has no time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2027-01-01 or 2027-01-01T12:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
