"""Hex dumps of a frame, with the secret marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.console import Console, ConsoleOptions

_PER_LINE = 16
# How many bytes a line has where 16 have no room, and how wide so many are.
_FEWER = (8, 4)
_WIDTH_OF = {per_line: 10 + 4 * per_line for per_line in (_PER_LINE, *_FEWER)}
_NOBODY: range = range(0)


class Excerpt:
    """The lines around some bytes of a frame, or the `whole` frame, with as many bytes a line as there is room for."""

    def __init__(self, data: bytes, marked: range, hidden: Collection[int] = _NOBODY, *, whole: bool = False) -> None:
        self._data = data
        self._marked = marked
        self._hidden = hidden
        self._whole = whole

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Render it."""
        per_line = next((each for each, wide in _WIDTH_OF.items() if wide <= options.max_width), _FEWER[-1])
        lines = None if self._whole else lines_around(self._marked, per_line=per_line)
        dump = hexdump(self._data, self._marked, lines=lines, hidden=self._hidden, per_line=per_line)
        dump.rstrip()
        yield dump


def hexdump(  # noqa: PLR0913  (few are given at once)
    data: bytes,
    marked: range = _NOBODY,
    *,
    style: str = "bold white on red",
    lines: range | None = None,
    hidden: Collection[int] = _NOBODY,
    per_line: int = _PER_LINE,
) -> Text:
    """`data` in lines of 16 bytes, or `per_line`: offset, hexadecimal, ASCII. `marked` bytes are shown in `style`.

    Their lines begin with an arrow, for output without colour. `lines` limits the lines that are shown. The bytes at
    `hidden` are masked.
    """
    text = Text()
    for start in range(0, len(data), per_line):
        if lines is not None and start // per_line not in lines:
            continue
        line = data[start : start + per_line]
        arrow = "→ " if set(marked) & set(range(start, start + len(line))) else "  "
        text.append(f"{arrow}{start:04x}  ", style="dim")
        for at, byte in enumerate(line, start):
            text.append("··" if at in hidden else f"{byte:02x}", style=style if at in marked else "")
            text.append(" " + " " * (at % per_line == per_line // 2 - 1))
        text.append("   " * (per_line - len(line)) + " " * (len(line) < per_line // 2) + " ")
        for at in range(start, start + len(line)):
            seen = "·" if at in hidden else _in_ascii(data, at)
            text.append(seen, style=style if at in marked else "")
        text.append("\n")
    return text


def _in_ascii(data: bytes, at: int) -> str:
    """A byte in the column of ASCII, where `##[error]` and the like must be no command to a CI system either."""
    byte = data[at]
    return chr(byte) if 0x20 <= byte < 0x7F and data[at : at + 2] != b"##" else "."


def lines_around(marked: range, *, before: int = 2, after: int = 3, most: int = 12, per_line: int = _PER_LINE) -> range:
    """The lines of `marked`, with some context, and not more than `most`."""
    first = max(marked.start // per_line - before, 0)
    last = max(marked.stop - 1, marked.start) // per_line + after
    return range(first, min(last + 1, first + most))
