"""From the text of an error, pasted from wherever it was seen, to the rows of the gallery that it may belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.gallery import ROWS

if TYPE_CHECKING:
    from overheard.words.gallery import Row, Says


def like(text: str) -> list[Row]:
    """The rows whose reason `text` has in it, or that have `text` in their error; none where no row does.

    More than one where OpenSSL has the same words for different faults: the error alone cannot tell them apart. Of
    reasons that hold one another, such as `self-signed certificate` and `self-signed certificate in certificate chain`,
    the longest is meant.
    """
    pasted = _plain(text)
    marks = [(max(_in_common(pasted, says) for says in row.says), row) for row in ROWS]
    best = max(mark for mark, _ in marks)
    return [row for mark, row in marks if mark == best] if best else []


def _in_common(pasted: str, says: Says) -> int:
    """How many characters of this error are in what was pasted, or the other way round."""
    reason = _plain(says.reason)
    if reason in pasted:
        return len(reason)
    return len(pasted) if pasted and pasted in _plain(says.text) else 0


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
