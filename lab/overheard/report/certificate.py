"""Certificates for people: the sentence first, then one line per fact, and what is wrong, as in the gallery.

Lines are not wrapped: nobody could search for an error that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from overheard.words.gallery import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.certificates.examine import Connection, Examination
    from overheard.certificates.facts import Facts


def certificates(examination: Examination) -> Group:
    """The whole report, to be printed without wrapping (`soft_wrap=True`)."""
    return Group(*_lines(examination))


def _lines(examination: Examination) -> Iterator[Text]:
    count = len(examination.certificates)
    yield Text(f"{examination.what}: {count or 'no'} certificate{'s' * (count != 1)}", style="bold")
    for skipped in examination.skipped:
        yield Text(f"  ignored, and not kept: {skipped}", style="dim")
    for number, one in enumerate(examination.certificates, 1):
        yield Text(f"\n{number}  {one.sentence}", style="bold")
        yield from _facts(one)
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
    yield _line("names", ", ".join(one.names) or "none")
    yield _line("key", one.key)
    yield _line("signature", one.signature)
    yield _line("serial", one.serial)
    yield _line("SHA-256", one.fingerprint)
    for extension in one.extensions:
        critical = ", critical" if extension.critical else ""
        yield _line("extension", f"{extension.name}{critical}: {extension.says}")


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
    if examination.exit_code == 0:
        yield Text("\nNothing wrong was found", style="bold green")
        return
    yield Text("\nWhat is wrong", style="bold red")
    rows = list(dict.fromkeys(finding.row for finding in examination.wrong)) or _what_it_may_be(examination)
    for name in rows:
        yield from _row(name, [finding.detail for finding in examination.wrong if finding.row == name])
    if not rows:
        yield Text("  see the error above")


def _what_it_may_be(examination: Examination) -> list[str]:
    """The rows that match the error, if the certificates do not explain it, or none was sent."""
    return list(examination.connection.rows) if examination.connection else []


def _row(name: str, details: list[str]) -> Iterator[Text]:
    known = at(name)
    yield Text.assemble("  ", (name, "red"), f": {known.wrong}")
    for detail in details:
        yield _line("here", detail)
    yield _line("cause", known.cause)
    yield _line("cure", known.cure)
