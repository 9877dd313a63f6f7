"""Finds the rows of the gallery that match the text of an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.gallery import ROWS

if TYPE_CHECKING:
    from overheard.words.gallery import ErrorText, Row


def matching_rows(text: str) -> list[Row]:
    """The rows whose reason is in `text`, or whose error contains `text`; empty if there is none.

    Several match if OpenSSL words different faults alike: the error alone cannot tell them apart. If one reason
    contains another, like `self-signed certificate in certificate chain` and `self-signed certificate`, the longest
    counts.
    """
    pasted = _plain(text)
    marks = [(max(_in_common(pasted, says) for says in row.says), row) for row in ROWS]
    best = max(mark for mark, _ in marks)
    return [row for mark, row in marks if mark == best] if best else []


def _in_common(pasted: str, says: ErrorText) -> int:
    """How many characters the error and the pasted text have in common."""
    reason = _plain(says.reason)
    if reason in pasted:
        return len(reason)
    return len(pasted) if pasted and pasted in _plain(says.text) else 0


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
