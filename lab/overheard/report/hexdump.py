"""Hex dumps of a frame, with the secret marked."""

from __future__ import annotations

from rich.text import Text

_PER_LINE = 16


def hexdump(data: bytes, marked: range = range(0), *, style: str = "bold white on red") -> Text:
    """`data` in lines of 16 bytes: offset, hexadecimal, ASCII. The bytes at `marked` are shown in `style`.

    Their lines begin with an arrow, for where there is no colour.
    """
    text = Text()
    for start in range(0, len(data), _PER_LINE):
        line = data[start : start + _PER_LINE]
        arrow = "→ " if set(marked) & set(range(start, start + len(line))) else "  "
        text.append(f"{arrow}{start:04x}  ", style="dim")
        for at, byte in enumerate(line, start):
            text.append(f"{byte:02x}", style=style if at in marked else "")
            text.append(" " + " " * (at % _PER_LINE == _PER_LINE // 2 - 1))
        text.append("   " * (_PER_LINE - len(line)) + " " * (len(line) < _PER_LINE // 2) + " ")
        for at, byte in enumerate(line, start):
            text.append(chr(byte) if 0x20 <= byte < 0x7F else ".", style=style if at in marked else "")
        text.append("\n")
    return text
