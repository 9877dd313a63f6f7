"""Lists of the scenarios and of the faults, and a fault in full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from overheard.report.fitting import Fitting
from overheard.report.table import STYLES
from overheard.words.escaping import escaped
from overheard.words.gallery import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from overheard.words.error_lookup import Told
    from overheard.words.gallery import Fault
    from overheard.words.scenario import Scenario, Wire

# The most characters that are shown of a line of somebody's log.
_WIDEST_LINE = 300
# In a terminal of fewer columns, there is no room beside the names for what they are.
_LEAST = 80


def listing(scenarios: Iterable[Scenario]) -> Fitting:
    """One row per scenario: its name, what happens in it, and the expected verdict."""
    shown = table("scenario", "what happens", "expected")
    items = []
    for each in scenarios:
        outcome = each.expected.outcome
        expected = Text(outcome.value, style=STYLES[outcome])
        shown.add_row(Text(each.name), Text(each.title), expected)
        items.append((Text(each.name, style="bold"), each.title, Text.assemble("expected: ", expected)))
    return Fitting(shown, items, _LEAST)


def index(faults: Iterable[Fault]) -> Fitting:
    """One row per fault: its name, what is wrong, and what the error says."""
    shown = table("name", "what is wrong", "what the error says")
    items = []
    for each in faults:
        name = Text(each.name, style="bold")
        about = (each.wrong, _reason(each))
        shown.add_row(Text(each.name), *map(Text, about))
        items.append((name, *about))
    return Fitting(shown, items, _LEAST)


def _reason(fault: Fault) -> str:
    if isinstance(fault, Row):
        return fault.says[0].reason
    return re.split(" [&!] ", fault.also[0])[0]


def told(errors: Sequence[Told], *, lines: bool) -> Group:
    """Each error with what it can be; with `lines`, each with its line. A fault is told once."""
    shown: list[RenderableType] = []
    known: set[str] = set()
    for each in errors:
        if lines:
            shown.append(Text.assemble("\n", (f"line {each.line}: {_short(each.text)}", "dim")))
        if len(each.faults) > 1:
            shown.append(Text(f"\nThis error is said of {len(each.faults)} faults:"))
        again = [fault.name for fault in each.faults if fault.name in known]
        if again:
            shown.append(Text(f"\n{', '.join(again)}: see above"))
        shown += [fault(one) for one in each.faults if one.name not in known]
        known.update(fault.name for fault in each.faults)
    return Group(*shown)


def _short(line: str) -> str:
    line = escaped(line.strip())
    return line if len(line) <= _WIDEST_LINE else line[:_WIDEST_LINE] + "..."


def fault(each: Fault) -> Group:
    """One fault in full."""
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for name, value in _about(each):
        lines.add_row(Text(f"  {name}", style="dim"), Text(value))
    return Group(Text.assemble("\n", (each.name, "bold"), f": {each.wrong}"), lines)


def _about(each: Fault) -> Iterator[tuple[str, str]]:
    yield from (("cause", each.cause), ("cure", each.cure))
    if isinstance(each, Row):
        yield from _made(each)


def _made(each: Row) -> Iterator[tuple[str, str]]:
    yield from (("made here by", each.made), ("on the wire", on_the_wire(each.wire)))
    for says in each.says:
        yield f"OpenSSL {says.openssl}", each.shown(says, address="ADDRESS")


def on_the_wire(wire: Wire) -> str:
    """What crosses the wire, in words."""
    perhaps = "perhaps " if wire.perhaps else ""
    alert = f"{perhaps}the alert {wire.alert} from the {wire.sender}" if wire.alert else "no alert in clear"
    return f"{alert}, and {'application data' if wire.application_data else 'no application data'}"


def table(*headings: str) -> Table:
    """A table with these columns. The first has names, which must stay whole: people copy them."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        shown.add_column(heading, no_wrap=number == 0, overflow="fold")
    return shown
