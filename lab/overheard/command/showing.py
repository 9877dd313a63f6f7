"""What `overheard show` does: examines certificates, and prints what it found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import Examination, examine_file, examine_server
from overheard.certificates.fetch import address, usual_roots
from overheard.certificates.question import Question, content, roots
from overheard.certificates.read import LONGEST, read_lists
from overheard.report.certificate import certificates
from overheard.report.console import console
from overheard.report.json_text import as_json

if TYPE_CHECKING:
    import argparse


def show_certificates(options: argparse.Namespace) -> int:
    """Print what was found, and return the exit code. Raises CertificateError if there is no certificate."""
    examination = _examination(options)
    if options.json:
        sys.stdout.write(as_json(examination.to_json()))
    else:
        console().print(certificates(examination), soft_wrap=True)
    return examination.exit_code


def _examination(options: argparse.Namespace) -> Examination:
    lists = read_lists(content(options.crl), str(options.crl)) if options.crl else None
    trusted = roots(options.ca) if options.ca else None
    question = Question(
        options.host,
        options.at,
        trusted,
        lists.lists if lists else None,
        lists.unreadable if lists else (),
        lists.malformed if lists else (),
    )
    if "://" not in options.what:
        return examine_file(*_read(options.what), question)
    if options.host is not None:
        raise CertificateError("--host is for files only", hint="for a server, the host is in the URL")
    server = address(options.what)
    return examine_server(server, question.trusted or roots(Path(usual_roots())), question)


def _read(what: str) -> tuple[bytes, str]:
    if what == "-":
        return sys.stdin.buffer.read(LONGEST + 1), "standard input"
    return content(Path(what)), what
