"""What was skipped: why, and what to install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.result import Result


def skipped(results: Iterable[Result]) -> Group:
    """One paragraph for each reason; nothing if nothing was skipped."""
    names: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.skipped:
            names.setdefault((result.skipped, result.hint), []).append(result.scenario)
    return Group(*(line for (why, hint), skipped in names.items() for line in _paragraph(skipped, why, hint)))


def _paragraph(names: list[str], why: str, hint: str) -> Iterator[Text]:
    yield Text.assemble((", ".join(names), "bold"), ": skipped")
    yield Text(f"  {why}")
    if hint:
        yield Text(f"    → {hint}")
    yield Text()
