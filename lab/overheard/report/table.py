"""The table of verdicts: one line per scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from overheard.report.fitting import Fitting
from overheard.report.summary import got, saw
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.result import Result

STYLES = {
    Outcome.OVERHEARD: "bold red",
    Outcome.PROTECTED: "bold green",
    Outcome.INCONCLUSIVE: "bold yellow",
    Outcome.NOT_SENT: "bold cyan",
}
WIDEST_VERDICT = max(map(len, Outcome))
# In a terminal of fewer columns, there is no room beside the names and the verdicts for what the client got.
_LEAST = 100
# The most characters of an error; all of it is in the details.
_LONGEST = 160


def table(results: Iterable[Result], message: str) -> Fitting:
    """One row per scenario: what the client got, what the spy saw, and the verdict. Only a very long error is cut."""
    results = list(results)
    widest = max((len(result.scenario) for result in results), default=0)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    for heading, width, ratio in (
        ("scenario", widest, None),
        ("the client got", None, 1),
        ("the spy saw", 30, None),
        ("verdict", WIDEST_VERDICT + 2, None),
    ):
        shown.add_column(heading, width=width, ratio=ratio, overflow="fold")
    items = []
    for result in results:
        client, spy = _shortened(got(result, message)), saw(result, message)
        verdict = stamp(result)
        verdict.pad_right(WIDEST_VERDICT + 1 - len(verdict))
        # As texts: in a plain string the brackets of an IPv6 address would be read as markup.
        shown.add_row(Text(result.scenario), Text(client), Text(spy), verdict + _mark(result))
        items.append(
            (
                _mark(result) + " " + verdict + f" {result.scenario}",
                f"{'' if result.skipped else 'the client got: '}{client}",
                spy and f"the spy saw: {spy}",
            )
        )
    return Fitting(shown, items, _LEAST)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


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
