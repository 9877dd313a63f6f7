"""Breaking a Caesar cipher step by step: all 25 tries, and the right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from overheard.words.caesar import tries as all_tries

if TYPE_CHECKING:
    from collections.abc import Iterator


def tries(text: str, right: int | None) -> Iterator[Text]:
    """One line per try: the shift, the shifted text, and its likeness to English. `right` is marked."""
    yield Text(
        f"  “{text}”, broken by trying every shift; the score says how English the pairs of letters are, from 0 to 9"
    )
    for tried in all_tries(text):
        chosen = tried.shift == right
        line = f"  {'→' if chosen else ' '} {tried.shift:>2}  {tried.text}   {tried.likeness:.1f}"
        yield Text(line, style="bold red" if chosen else "dim")
