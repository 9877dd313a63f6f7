"""The flow table of a capture: endpoints, protocol, bytes in each direction, and whether all of it is protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from overheard.report.fitting import Fitting
from overheard.report.labels import label
from overheard.words.counting import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from overheard.words.report import Account, Flow

# How many flows are listed, unless all are requested.
_MOST = 12
# In a terminal of fewer columns, the addresses would be cut into several lines.
_LEAST = 100


def flows(account: Account, every: bool) -> Iterator[RenderableType]:
    """The table of flows, the most important ones first."""
    if not account.flows:
        return
    listed = by_weight(account.flows)
    shown = listed if every else listed[:_MOST]
    yield Text("\nflows", style="bold")
    yield _table(shown)
    left = len(listed) - len(shown)
    if left:
        yield Text(f"  and {left} more: --flows lists them", style="dim")
    if account.more_flows:
        yield Text(f"  and {account.more_flows} more, which were judged, but are not listed", style="dim")


def by_weight(listed: Sequence[Flow]) -> list[Flow]:
    """First flows with sightings, then those that are not protected, then the largest."""
    return sorted(listed, key=lambda flow: (-flow.sightings, flow.protected, -(flow.sent + flow.answered)))


def _table(listed: Sequence[Flow]) -> Fitting:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    shown.add_column("  flow", justify="right", no_wrap=True)
    shown.add_column("client → server", overflow="fold")
    shown.add_column("what it is", overflow="fold")
    shown.add_column("bytes →", justify="right", no_wrap=True)
    shown.add_column("← bytes", justify="right", no_wrap=True)
    shown.add_column("protected", no_wrap=True)
    shown.add_column("seen", justify="right", no_wrap=True)
    shown.add_column("remarks", overflow="fold", ratio=1)
    items = []
    for flow in listed:
        protected = Text("yes", style="green") if flow.protected else Text("no", style="yellow")
        number = str(flow.stream) if flow.stream >= 0 else "-"
        ends = f"{flow.client} → {flow.server}"
        what = f"{flow.transport} {', '.join(map(label, flow.what.split(', ')))}".strip()
        is_protected = "protected" if flow.protected else "not protected"
        seen = f"seen in {count(flow.sightings, 'place')}" if flow.sightings else ""
        sizes = f"{count(flow.sent, 'byte')} →, ← {count(flow.answered, 'byte')}"
        remarks = "; ".join(flow.remarks)
        items.append((f"flow {number}: {what}", ends, sizes, is_protected, seen, remarks))
        shown.add_row(
            Text(number),
            Text(ends),
            Text(what),
            Text(str(flow.sent)),
            Text(str(flow.answered)),
            protected,
            Text(str(flow.sightings or "-"), style="bold red" if flow.sightings else ""),
            Text(remarks, style="dim"),
        )
    return Fitting(shown, items, _LEAST)
