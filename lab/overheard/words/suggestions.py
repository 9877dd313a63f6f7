"""Unknown names, and what was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

# How similar two names must be for one to count as a typing error of the other: difflib's ratio, from 0 to 1.
_ALIKE = 0.5
_MOST = 3


def nearest(name: str, known: Collection[str]) -> list[str]:
    """The known names most similar to `name`, at most three: first those that begin with it or contain it."""
    parts = [each for each in known if name and name in each]
    return list(dict.fromkeys((*parts, *difflib.get_close_matches(name, known, _MOST, _ALIKE))))[:_MOST]


def unknown(kind: str, names: Iterable[str], known: Collection[str]) -> str:
    """What is wrong with `names`, each with the nearest that exists; empty where all are known."""
    return "; ".join(_unknown(kind, name, known) for name in names if name not in known)


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    near = nearest(name, known)
    return f"there is no {kind} {name!r}" + (f" (did you mean {' or '.join(near)}?)" if near else "")
