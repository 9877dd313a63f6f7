"""Names that nothing has, and what was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

# How alike two names must be for one to be taken as a slip of the other: difflib's own measure, from 0 to 1.
_ALIKE = 0.5
_MOST = 3


def nearest(name: str, known: Collection[str]) -> list[str]:
    """The known names that are most like `name`: those that it begins or is a part of first, at most three."""
    parts = [each for each in known if name and name in each]
    return list(dict.fromkeys((*parts, *difflib.get_close_matches(name, known, _MOST, _ALIKE))))[:_MOST]


def unknown(kind: str, names: Iterable[str], known: Collection[str]) -> str:
    """What is wrong with `names`, each with the nearest that exists; empty where all are known."""
    return "; ".join(_unknown(kind, name, known) for name in names if name not in known)


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    near = nearest(name, known)
    return f"there is no {kind} {name!r}" + (f" (did you mean {' or '.join(near)}?)" if near else "")
