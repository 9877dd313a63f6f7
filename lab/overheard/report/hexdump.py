"""Hex dumps of a frame, with the secret marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

_PER_LINE = 16
_NOBODY: range = range(0)


def hexdump(
    data: bytes,
    marked: range = _NOBODY,
    *,
    style: str = "bold white on red",
    lines: range | None = None,
    hidden: Collection[int] = _NOBODY,
) -> Text:
    """`data` in lines of 16 bytes: offset, hexadecimal, ASCII. The bytes at `marked` are shown in `style`.

    Their lines begin with an arrow, for output without colour. `lines` limits the lines that are shown. The bytes at
    `hidden` are masked.
    """
    text = Text()
    for start in range(0, len(data), _PER_LINE):
        if lines is not None and start // _PER_LINE not in lines:
            continue
        line = data[start : start + _PER_LINE]
        arrow = "→ " if set(marked) & set(range(start, start + len(line))) else "  "
        text.append(f"{arrow}{start:04x}  ", style="dim")
        for at, byte in enumerate(line, start):
            text.append("··" if at in hidden else f"{byte:02x}", style=style if at in marked else "")
            text.append(" " + " " * (at % _PER_LINE == _PER_LINE // 2 - 1))
        text.append("   " * (_PER_LINE - len(line)) + " " * (len(line) < _PER_LINE // 2) + " ")
        for at, byte in enumerate(line, start):
            seen = "·" if at in hidden else chr(byte) if 0x20 <= byte < 0x7F else "."
            text.append(seen, style=style if at in marked else "")
        text.append("\n")
    return text


def lines_around(marked: range, *, before: int = 2, after: int = 3, most: int = 12) -> range:
    """The lines of `marked`, with some context, and not more than `most`."""
    first = max(marked.start // _PER_LINE - before, 0)
    last = max(marked.stop - 1, marked.start) // _PER_LINE + after
    return range(first, min(last + 1, first + most))
