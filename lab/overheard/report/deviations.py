"""What is not as expected, each reason with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from overheard.report.summary import evidence
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.result import Result


def deviations(results: Iterable[Result]) -> Group:
    """One paragraph per scenario that is not as expected; nothing if all are."""
    return Group(*(line for result in results if result.failed for line in _deviation(result)))


def _deviation(result: Result) -> Iterator[Text]:
    yield Text(f"{result.scenario}: not as expected", style="bold red")
    for exchange in result.exchanges:
        yield from (Text(f"  {exchange.attempt}: {wrong}") for wrong in exchange.wrong)
    yield from (Text(f"  {wrong}") for wrong in result.wrong)
    if result.verdict.outcome is Outcome.OVERHEARD:
        yield Text(f"  {evidence(result.verdict)}")
    else:
        for check in result.verdict.reasons:
            yield Text(f"  {check.says}")
            if check.hint:
                yield Text(f"    → {check.hint}", style="dim")
    yield Text()
