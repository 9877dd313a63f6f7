"""Tables in Markdown, as GitHub shows them: of attempts, and of the rows of the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.report.rows import on_the_wire
from overheard.words.gallery import ROWS
from overheard.words.scenario import Identity, SharedKey, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from overheard.words.gallery import Row
    from overheard.words.scenario import Attempt, Scenario


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table. Vertical bars in cells are escaped: GitHub ends the cell there, even within code."""
    yield _line(headings)
    yield f"|{'---|' * len(headings)}"
    yield from map(_line, rows)


def attempts(scenario: Scenario) -> Iterator[str]:
    """One line per attempt: whom it asks and how, and the expected result."""
    rows = ((each.name, f"`{each.url}`", _how(each), _gets(each)) for each in scenario.attempts)
    yield from table(("attempt", "asks", "how", "must get"), rows)


def gallery() -> Iterator[str]:
    """One line per row of the gallery."""
    rows = (_row(each) for each in ROWS)
    yield from table(("row", "what is wrong", "the error", "cause", "cure", "on the wire"), rows)


def _row(each: Row) -> tuple[str, ...]:
    return f"`{each.name}`", each.wrong, _errors(each), each.cause, each.cure, on_the_wire(each.wire)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _errors(row: Row) -> str:
    """The reason of the error; if it differs between versions of OpenSSL, the reason of each."""
    reasons = {(says.exception, says.reason): says.openssl for says in reversed(row.says)}
    errors = [(f"{exception}: `{reason}`", openssl) for (exception, reason), openssl in reversed(reasons.items())]
    if len(errors) == 1:
        return errors[0][0]
    return "; ".join(f"{error} (OpenSSL {openssl})" for error, openssl in errors)


def _how(attempt: Attempt) -> str:
    said = (
        f"trust: {attempt.trust}" if attempt.trust is not Trust.NOT_ASKED else "",
        f"presents {attempt.identity}" if attempt.identity is not Identity.NONE else "",
        f"has {attempt.shared_key}" if attempt.shared_key is not SharedKey.RIGHT else "",
        f"offers only `{attempt.ciphers}`" if attempt.ciphers else "",
        "checks the revocation list" if attempt.crl else "",
        "asks the responder" if attempt.ocsp else "",
        "goes on without an answer" if attempt.soft_fail else "",
        "asks for a certificate that is in the log" if attempt.logged else "",
        f"orders a certificate for `{attempt.orders}`" if attempt.orders else "",
        "is redirected to the interceptor" if attempt.intercepted else "",
    )
    return ", ".join(filter(None, said)) or "nothing special"


def _gets(attempt: Attempt) -> str:
    if attempt.error:
        newer = f"; from OpenSSL 3.5 on, `{attempt.newer_error}`" if attempt.newer_error else ""
        return f"an error: `{attempt.error}`{newer}"
    said = (
        f"`{attempt.greeting}`" if attempt.greeting else "",
        f"the warning `{attempt.warning}`" if attempt.warning else "",
    )
    return " and ".join(("the message", *filter(None, said)))
