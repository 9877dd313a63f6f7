"""Certificates for people: the sentence first, then one line per fact, and what is wrong, as in the gallery.

Lines are not wrapped: nobody could search for an error that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from overheard.certificates.names import listed
from overheard.words.counting import count
from overheard.words.faults import CertificateFault, explained
from overheard.words.texts import all_escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.certificates.descriptions import Document
    from overheard.certificates.examine import Connection, Examination
    from overheard.certificates.facts import Facts
    from overheard.certificates.rules.rule import Finding

# Certificates of a file, and extensions of one. The CAs that browsers trust are some 150.
_MOST = 500


def certificates(examination: Examination) -> Group:
    """The whole report, to be printed without wrapping (`soft_wrap=True`)."""
    return Group(*_lines(all_escaped(examination)))


def _lines(examination: Examination) -> Iterator[Text]:
    number = len(examination.certificates)
    yield Text(f"{examination.what}: {count(number, 'certificate') if number else 'no certificates'}", style="bold")
    for skipped in examination.skipped:
        yield Text(f"  ignored: {skipped}", style="dim")
    for place, one in enumerate(examination.certificates[:_MOST], 1):
        yield Text(f"\n{place}  {one.sentence}", style="bold")
        yield from _facts(one)
    if number > _MOST:
        yield Text(f"\nand {number - _MOST:,} more, which --json shows", style="bold")
    for document in examination.documents:
        yield from _document(document)
    if examination.connection:
        yield from _connection(examination.connection)
    yield from _verdict(examination)
    yield Text()
    for question in examination.unasked:
        yield Text(f"  not checked: {question}", style="dim")


def _line(what: str, says: str, style: str = "") -> Text:
    return Text.assemble("   ", (f"{what:<13}", "dim"), (says, style))


def _facts(one: Facts) -> Iterator[Text]:
    yield _line("signed by", one.signed_by)
    yield _line("names", listed(one.names))
    yield _line("key", one.key)
    yield _line("signature", one.signature)
    yield _line("serial", one.serial)
    yield _line("SHA-256", one.fingerprint)
    for extension in one.extensions[:_MOST]:
        critical = ", critical" if extension.critical else ""
        yield _line("extension", f"{extension.name}{critical}: {extension.says}")


def _document(document: Document) -> Iterator[Text]:
    article = "An" if document.kind[0] in "aeiouO" else "A"
    yield Text(f"\n{article} {document.kind}", style="bold")
    for label, words in document.lines:
        yield _line(label, words)


def _connection(connection: Connection) -> Iterator[Text]:
    yield Text("\nThe connection", style="bold")
    if connection.version:
        yield _line("speaks", f"{connection.version}, {connection.cipher}")
    yield _line("trusts", connection.trusting)
    if not connection.asked:
        yield _line("requests", f"was not asked: {connection.why_not}")
    elif not connection.error:
        yield _line("requests", "raises no error", "green")
    if connection.error:
        yield _line("requests" if connection.asked else "handshake", connection.error, "red")
        yield _line("gallery", " or ".join(connection.rows) or "has no row for this error")


def _verdict(examination: Examination) -> Iterator[Text]:
    if examination.exit_code == 2 and not examination.connection:
        yield Text("\nThere is no certificate in it, and nothing was checked", style="bold")
    elif examination.exit_code:
        yield from _wrong(examination)
    elif not (examination.remarks or examination.notices):
        yield Text("\nNothing wrong was found", style="bold green")
    yield from _remarks(examination)


def _wrong(examination: Examination) -> Iterator[Text]:
    yield Text("\nWhat is wrong", style="bold red")
    rows = _rows(examination.wrong) or _what_it_may_be(examination)
    for name in rows:
        yield from _row(name, examination.wrong, "red")
    if not rows:
        yield Text("  see the error above")


def _remarks(examination: Examination) -> Iterator[Text]:
    """What does not keep `requests` here from taking the certificates."""
    if examination.remarks:
        yield Text("\nWhat not every program accepts", style="bold yellow")
        for name in _rows(examination.remarks):
            yield from _row(name, examination.remarks, "yellow")
    if examination.notices:
        words = "Nothing wrong with the certificates; with" if examination.exit_code == 0 else "Also, with"
        yield Text(f"\n{words} those that are trusted, other programs may have trouble", style="bold yellow")
        for notice in examination.notices:
            yield Text(f"  {notice}")


def _rows(findings: tuple[Finding, ...]) -> list[str]:
    return list(dict.fromkeys(finding.row for finding in findings))


def _what_it_may_be(examination: Examination) -> list[str]:
    """The rows that match the error, if the certificates do not explain it, or none was sent."""
    return list(examination.connection.rows) if examination.connection else []


def _row(name: str, findings: tuple[Finding, ...], style: str) -> Iterator[Text]:
    known = explained(name)
    yield Text.assemble("  ", (name, style), f": {known.wrong}")
    for finding in findings:
        if finding.row == name:
            yield _line("here", finding.detail)
    yield _line("cause", known.cause)
    yield _line("cure", known.cure)
    if isinstance(known, CertificateFault):
        for label, programs in (("refused by", known.refused), ("accepted by", known.accepted)):
            if programs:
                yield _line(label, programs)
