"""Wording that the checks share."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, noun: str) -> str:
    """A number and its noun: `1 frame`, `2 frames`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def some(things: Sequence[object]) -> str:
    """The first few items of a list, and the number of the others."""
    shown = ", ".join(str(thing) for thing in things[:5])
    return shown + (f" and {len(things) - 5} more" if len(things) > 5 else "")
