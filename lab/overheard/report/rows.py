"""Lists of the scenarios and of the rows of the gallery, and one row in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from overheard.report.table import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.gallery import Row
    from overheard.words.scenario import Scenario, Wire


def listing(scenarios: Iterable[Scenario]) -> Table:
    """One line per scenario: its name, what happens in it, and the expected verdict."""
    shown = _table("scenario", "what happens", "expected")
    for each in scenarios:
        outcome = each.expected.outcome
        shown.add_row(Text(each.name), Text(each.title), Text(outcome.value, style=STYLES[outcome]))
    return shown


def index(rows: Iterable[Row]) -> Table:
    """One line per row: its name, what is wrong, and OpenSSL's reason."""
    shown = _table("row", "what is wrong", "what the error says")
    for each in rows:
        shown.add_row(Text(each.name), Text(each.wrong), Text(each.says[0].reason or each.says[0].exception))
    return shown


def row(each: Row) -> Group:
    """One row in full."""
    lines = Table.grid(padding=(0, 2))
    for name, value in _about(each):
        lines.add_row(Text(f"  {name}", style="dim"), Text(value))
    return Group(Text.assemble("\n", (each.name, "bold"), f": {each.wrong}"), lines)


def _about(each: Row) -> Iterator[tuple[str, str]]:
    yield from (("cause", each.cause), ("cure", each.cure), ("made here by", each.made))
    yield "on the wire", on_the_wire(each.wire)
    for says in each.says:
        yield f"OpenSSL {says.openssl}", each.shown(says, address="ADDRESS")


def on_the_wire(wire: Wire) -> str:
    """What crosses the wire, in words."""
    perhaps = "perhaps " if wire.perhaps else ""
    alert = f"{perhaps}the alert {wire.alert} from the {wire.sender}" if wire.alert else "no alert in clear"
    return f"{alert}, and {'application data' if wire.application_data else 'no application data'}"


def _table(*headings: str) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        shown.add_column(heading)
    return shown
