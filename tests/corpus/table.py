"""The table for the docs that compares tools on the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.cases import CASES, GROUPS
from corpus.judged import sightings
from corpus.rivals import RIVALS, ToolResults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corpus.case import Case
    from corpus.recorded import Recorded

BEGIN, END = "<!-- corpus: made by tests/corpus_table.py -->", "<!-- corpus: end -->"
US = "**Overheard**"
# The taps on which tools are compared. Containers would show no difference.
COMPARED = ("lo", "veth")

# For each tap and tool, the names of the cases in which the tool finds the secret.
Found = dict[str, dict[str, set[str]]]


def asked(corpus: Recorded) -> dict[str, set[str]]:
    """For every tool and Overheard, the cases in which it finds the secret, on one tap."""
    cases = [case for case in CASES if not corpus.played[case.name]["missing"]]
    tools = ToolResults(corpus, cases)
    found = {name: ask(tools) for name, ask in RIVALS.items()}
    return found | {US: {case.name for case in cases if sightings(corpus, case)}}


def table(found: Found) -> str:
    """The table: a row for each group of leaks, and a last one for look-alikes."""
    tools = [*RIVALS, US]
    lines = [_row("ways to leak", "how many", *tools), _row("---", *["---:"] * (1 + len(tools)))]
    leaks = [case for case in CASES if case.leak]
    for title, cases in GROUPS.items():
        lines.append(_counted(title, [case for case in cases if case.leak], tools, found))
    lines.append(_counted("**all**", leaks, tools, found))
    lines.append(_counted("look-alikes reported as leaks", [case for case in CASES if not case.leak], tools, found))
    return "\n".join(lines)


def _counted(title: str, cases: Iterable[Case], tools: Iterable[str], found: Found) -> str:
    names = {case.name for case in cases}
    return _row(title, str(len(names)), *(_count(names, tool, found.values()) for tool in tools))


def _count(names: set[str], tool: str, taps: Iterable[Mapping[str, set[str]]]) -> str:
    """The number of cases found: one number if it is the same on all taps, otherwise one for each tap."""
    return " / ".join(dict.fromkeys(str(len(names & found[tool])) for found in taps))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def put_in(page: str, made: str) -> str:
    """The page with its table replaced by this one."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"
