"""The table of verdicts: one line per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from overheard.report.summary import got, saw
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.result import Result

STYLES = {Outcome.OVERHEARD: "bold red", Outcome.PROTECTED: "bold green", Outcome.INCONCLUSIVE: "bold yellow"}
_WIDEST_VERDICT = max(map(len, Outcome))


def table(results: Iterable[Result], message: str) -> Table:
    """One line per scenario: what the client got, what the spy saw, and the verdict. Long texts are cut."""
    results = list(results)
    widest = max((len(result.scenario) for result in results), default=0)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    for heading, width, ratio in (
        ("scenario", widest, None),
        ("the client got", None, 1),
        ("the spy saw", 30, None),
        ("verdict", _WIDEST_VERDICT + 2, None),
    ):
        shown.add_column(heading, width=width, ratio=ratio, no_wrap=True, overflow="ellipsis")
    for result in results:
        # As texts: in a plain string the brackets of an IPv6 address would be read as markup.
        cells = (result.scenario, got(result, message), saw(result, message))
        verdict = stamp(result)
        verdict.pad_right(_WIDEST_VERDICT + 1 - len(verdict))
        shown.add_row(*map(Text, cells), verdict + _mark(result))
    return shown


def stamp(result: Result) -> Text:
    """The verdict, in its colour."""
    if result.skipped:
        return Text("skipped", style="dim")
    outcome = result.verdict.outcome
    return Text(outcome.value, style=STYLES[outcome])


def _mark(result: Result) -> Text:
    """A mark that says whether it is as expected. If it is not, the text below the table says why."""
    if result.skipped:
        return Text("-", style="dim")
    return Text("✗", style="bold red") if result.failed else Text("✓", style="green")
