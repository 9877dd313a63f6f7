"""The verdicts as annotations of a job of GitHub Actions: workflow commands, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.report.labels import CURES
from overheard.report.scan import in_a_line
from overheard.words.escaping import escaped
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.report import Report
    from overheard.words.verdict import Verdict

_COMMANDS = {Outcome.OVERHEARD: "error", Outcome.INCONCLUSIVE: "warning", Outcome.NOT_SENT: "warning"}
# GitHub shows a few lines of an annotation.
_MOST_FILES = 3


def annotated(report: Report) -> Iterator[str]:
    """A workflow command for each verdict that is not PROTECTED: OVERHEARD is an error, any other a warning."""
    files, more = report.account.files[:_MOST_FILES], len(report.account.files) - _MOST_FILES
    where = f"in {', '.join(files)}" + (f" and {more} more" if more > 0 else "")
    for name, verdict in report.verdicts.items():
        if command := _COMMANDS.get(verdict.outcome):
            lines = filter(None, (in_a_line(verdict), _advice(verdict), where))
            yield f"::{command} title={_property(f'{verdict.outcome}: {name}')}::{'%0A'.join(map(_data, lines))}"


def _advice(verdict: Verdict) -> str:
    """What to do about the first sighting, or the first reason."""
    if verdict.sightings:
        return CURES.get(verdict.sightings[0].spelling, "")
    return verdict.reasons[0].hint if verdict.reasons else ""


def _data(text: str) -> str:
    """A line of a message. What is escaped has no line ends, and begins no other command."""
    return escaped(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
