"""The command line of `overheard ca`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.command.ca.settings import SETTINGS, default_state
from overheard_ca.operator.kinds import REASONS, KeyKind
from overheard_ca.profile import Profile

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  (it has no public name)

NAME = "ca"
HELP = "run a certificate authority for development and tests, and look after what it issued"

_DESCRIPTION = """\
A certificate authority for development and tests, in one folder. `overheard ca serve` speaks ACME, so certbot, lego,
Caddy and others get certificates from it; `overheard ca sign` makes one at once, and `overheard ca trial` one for the
lifetime of a command. Whatever is issued or refused is in its record.

It is for tests: its certificates say so in their names, and by default clients accept them for reserved names alone,
such as app.test and localhost, and for private networks.
"""
_EXIT_CODES = """\
exit codes:
  0    done
  2    refused, or not possible: the reason is in the output
  3    a Python package is not installed: the output names it
  64   the command line or a setting is wrong
  70   an internal error, in one line; --traceback shows all of it: please report it
  74   the system failed: a file cannot be written, say
  130  interrupted
"""
_EPILOG = f"""\
examples:
  overheard ca sign app.test 127.0.0.1            a key and a certificate, for your server
  overheard ca trust curl                         how to trust it
  overheard ca serve                              ACME at https://localhost:5444/acme/directory
  overheard ca trial app.test -- ./test.sh        a certificate that exists while ./test.sh runs

{_EXIT_CODES}"""


def add_parser(commands: Commands) -> argparse.ArgumentParser:
    """Add `ca` to the commands of a parser."""
    parser = commands.add_parser(
        NAME, help=HELP, description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    inner = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for add in _ADD:
        add(inner)
    for one in inner.choices.values():
        # Which it has as well, so that the option may stand anywhere.
        one.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
    return parser


def _action(inner: Commands, name: str, says: str, description: str = "", epilog: str = "") -> argparse.ArgumentParser:
    return inner.add_parser(
        name,
        help=says,
        description=description or f"{says[0].upper()}{says[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _with_state(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    state = os.environ.get("OVERHEARD_CA_STATE")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(state) if state else default_state(),
        metavar="FOLDER",
        help="the folder of the CA (default: ~/.local/share/overheard/ca; also: OVERHEARD_CA_STATE)",
    )
    return parser


def _with_keys(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _with_state(parser)
    group = parser.add_mutually_exclusive_group()
    file = os.environ.get("OVERHEARD_CA_PASSPHRASE_FILE")
    group.add_argument(
        "--passphrase-file",
        type=Path,
        default=Path(file) if file else None,
        metavar="FILE",
        help="the file with the passphrase of its keys (default: FOLDER.passphrase; also:"
        " OVERHEARD_CA_PASSPHRASE_FILE)",
    )
    group.add_argument("--ask", action="store_true", help="ask for the passphrase, on the terminal")
    return parser


def _with_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "settings",
        "What is given is kept in the folder. Each is also a variable: --status-url is OVERHEARD_CA_STATUS_URL.",
    )
    for setting in SETTINGS:
        group.add_argument(setting.option, dest=setting.variable, metavar=setting.metavar, help=setting.says)


def _init(inner: Commands) -> None:
    says = "create a CA: a root, and an issuing CA under it"
    epilog = "example: overheard ca init --permitted corp.example,10.0.0.0/8 --days 90\n\n" + _EXIT_CODES
    parser = _with_keys(_action(inner, "init", says, epilog=epilog))
    _with_settings(parser)


def _serve(inner: Commands) -> None:
    parser = _action(
        inner,
        "serve",
        "serve ACME, and certificates for tokens, until Ctrl-C",
        "Serve ACME (RFC 8555), and certificates for tokens, over HTTPS until Ctrl-C. If there is no CA, one is\n"
        "created.",
        "examples:\n  overheard ca serve --acme-http-port 8080\n"
        "  overheard ca serve --bind 0.0.0.0 --host ca.corp.example --status-url http://ca.corp.example:8080\n\n"
        + _EXIT_CODES,
    )
    _with_settings(_with_keys(parser))


def _sign(inner: Commands) -> None:
    parser = _action(
        inner,
        "sign",
        "sign a certificate: for names, with a new key, or for a signing request",
        "Sign a certificate for these names, and make its key; or, with --csr, for somebody's signing request, of\n"
        "which the key and the names are taken, and nothing else. No file is overwritten.",
        "examples:\n  overheard ca sign app.test '*.app.test' 127.0.0.1\n"
        "  overheard ca sign --csr app.csr --certificate app.pem\n"
        "  overheard ca sign --profile client squirrel.test\n\n" + _EXIT_CODES,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a DNS name or an IP address")
    parser.add_argument("--csr", type=Path, metavar="FILE", help="a certificate signing request, in PEM")
    _add_kind(parser)
    parser.add_argument("--days", type=_days, metavar="N", help="its lifetime (default: that of the CA's settings)")
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="where to write the chain (default: NAME.pem, or CSR.pem)"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="where to write the new key (default: NAME.key.pem)")
    _with_keys(parser)


def _add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=tuple(Profile), default="server", help="what it may be used for (server)")
    parser.add_argument("--key-type", choices=tuple(KeyKind), default="ec", help="the kind of the new key (ec)")


def _list(inner: Commands) -> None:
    says = "list what was issued and has not expired, or what was refused"
    parser = _with_state(_action(inner, "list", says, epilog=_EXIT_CODES))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="also what has expired")
    which.add_argument("--expiring", type=_days, metavar="DAYS", help="only what expires within so many days")
    which.add_argument("--refused", action="store_true", help="what was refused, to whom, and why")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _show(inner: Commands) -> None:
    parser = _with_state(
        _action(inner, "show", "show a certificate in words, and what the record says of it", epilog=_EXIT_CODES)
    )
    _add_what(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--pem", action="store_true", help="print the chain in PEM instead")
    form.add_argument("--json", action="store_true", help="print JSON")


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", metavar="CERTIFICATE", help="a file, a serial number or its first digits (6 or more), or a name"
    )


def _revoke(inner: Commands) -> None:
    parser = _action(
        inner,
        "revoke",
        "revoke a certificate, for good",
        "Revoke a certificate, for good. A CA that is running says so from then on.",
        "example: overheard ca revoke app.test --reason keyCompromise\n\n" + _EXIT_CODES,
    )
    _add_what(_with_state(parser))
    parser.add_argument("--reason", choices=REASONS, default="unspecified", metavar="REASON", help=", ".join(REASONS))


def _renew(inner: Commands) -> None:
    parser = _action(
        inner,
        "renew",
        "replace certificates that this CA signed, once two thirds of their life are over",
        "Replace the certificates in files by new ones for the same keys and names, once two thirds of their life are\n"
        "over; others are left alone. The servers that use them have to load them again.",
        "example: overheard ca renew *.test.pem\n\n" + _EXIT_CODES,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a certificate, or a chain, in PEM")
    parser.add_argument("--now", action="store_true", help="renew all of them, due or not")
    parser.add_argument("--days", type=_days, metavar="N", help="the lifetime of the new ones (default: as before)")
    _with_keys(parser)


def _crl(inner: Commands) -> None:
    parser = _action(inner, "crl", "print the list of revoked certificates (RFC 5280, 5), signed", epilog=_EXIT_CODES)
    _with_keys(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it to a file instead")
    parser.add_argument("--der", action="store_true", help="in DER (to a file), without the list of the root")


def _trust(inner: Commands) -> None:
    parser = _action(
        inner,
        "trust",
        "show how to trust the root in curl, browsers, Java and others; nothing is changed",
        "Show how each program is told to trust the root, and how to take that back. Nothing is changed.",
        _EXIT_CODES,
    )
    parser.add_argument("program", nargs="?", metavar="PROGRAM", help="one program (default: all that are known)")
    _with_state(parser)


def _fingerprint(inner: Commands) -> None:
    _with_state(_action(inner, "fingerprint", "print the SHA-256 of the root, to compare it", epilog=_EXIT_CODES))


def _backup(inner: Commands) -> None:
    parser = _action(
        inner,
        "backup",
        "write all of the CA to one file, but the passphrase of its keys",
        "Write all of the CA to one file, which only you can read; the CA may be running. The keys in it are\n"
        "encrypted, and their passphrase is not in it: keep that elsewhere.",
        _EXIT_CODES,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file, such as ca.tar.gz")
    _with_state(parser)


def _restore(inner: Commands) -> None:
    parser = _action(
        inner,
        "restore",
        "restore a backup into a new folder",
        "Restore a backup into a new folder. What was issued after the backup is not in its record.",
        _EXIT_CODES,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that `overheard ca backup` wrote")
    _with_state(parser)


def _trial(inner: Commands) -> None:
    parser = _action(
        inner,
        "trial",
        "run a command that has a certificate in its environment",
        "Run a command with a certificate for these names, from a CA that exists for it alone and may certify nothing\n"
        "else. Its files are named by variables, and removed at the end:\n\n"
        "  OVERHEARD_CERTIFICATE  the certificate, and the issuing one\n"
        "  OVERHEARD_KEY          its key\n"
        "  OVERHEARD_ROOT         the root, for clients; NODE_EXTRA_CA_CERTS, too\n\n"
        "The exit code is that of the command; 128 and more if a signal ended it.",
        "examples:\n"
        "  overheard ca trial localhost -- sh -c 'openssl s_server -cert $OVERHEARD_CERTIFICATE -key $OVERHEARD_KEY'\n"
        "  overheard ca trial --sole-trust app.test -- pytest\n\n" + _EXIT_CODES,
    )
    parser.add_argument("name", metavar="NAME", help="a DNS name or an IP address")
    parser.add_argument("program", nargs="+", metavar="COMMAND", help="the command and its arguments, after --")
    parser.add_argument("--also", action="append", default=[], metavar="NAME", help="a further name; may be repeated")
    _add_kind(parser)
    parser.add_argument(
        "--sole-trust",
        action="store_true",
        help="also set SSL_CERT_FILE, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE: most programs then trust this root alone",
    )
    parser.usage = "overheard ca trial [options] NAME -- COMMAND [ARGUMENT ...]"


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() else 0
    if not 0 < days <= 3650:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days (1 to 3650)")
    return days


_ADD = (*(_init, _serve, _sign, _list, _show, _revoke, _renew, _crl, _trust, _fingerprint, _backup, _restore, _trial),)
