"""What a CA issued and refused, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from overheard.report.fitting import Fitting
from overheard.report.rows import table
from overheard.words.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STYLES = {"valid": "green", "revoked": "red", "expired": "dim"}
# In a terminal of fewer columns, there is no room for all.
_LEAST = 110


def certificates_table(rows: Iterable[Mapping[str, Any]]) -> Fitting:
    """One row per certificate: its serial number, names, who it was issued to, until when it is valid, its state."""
    shown = table("serial", "names", "issued to", "valid until", "state")
    items = []
    for row in rows:
        state = Text(row["state"], style=_STYLES[row["state"]])
        names, requester = escaped(", ".join(row["names"])), escaped(row["requester"])
        until = row["not_after"][:16].replace("T", " ")
        shown.add_row(Text(row["serial"]), Text(names), Text(requester), Text(until), state)
        items.append((Text(row["serial"], style="bold"), names, f"issued to {requester}, until {until}", state))
    return Fitting(shown, items, _LEAST)


def refusals_table(rows: Iterable[Mapping[str, Any]]) -> Fitting:
    """One row per refusal: when, to whom, for which names, and why."""
    shown = table("when", "to", "for", "why")
    items = []
    for row in rows:
        when = row["at"][:19].replace("T", " ")
        names, requester = escaped(", ".join(row["names"])), escaped(row["requester"]) or "nobody known"
        why = escaped(f"{row['code']}: {row['message']}")
        shown.add_row(Text(when), Text(requester), Text(names), Text(why))
        items.append((Text(when, style="bold"), requester, names, why))
    return Fitting(shown, items, _LEAST)
