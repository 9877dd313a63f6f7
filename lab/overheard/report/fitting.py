"""Tables that become lists where the terminal is too narrow for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table


class Fitting:
    """A table, or the list of the same rows in a terminal of fewer columns than `least`.

    Each of `items` is the lines of a row, of which those that are empty are left out.
    """

    def __init__(self, table: Table, items: Sequence[Sequence[str | Text]], least: int) -> None:
        self._table = table
        self._items = items
        self._least = least

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Render what there is room for."""
        if options.max_width >= self._least:
            yield self._table
        else:
            yield from map(_listed, self._items)


def _listed(item: Sequence[str | Text]) -> RenderableType:
    first, *further = (line if isinstance(line, Text) else Text(line) for line in item if line)
    return Group(_indented(first, 2), *(_indented(line, 4) for line in further))


def _indented(line: Text, columns: int) -> Padding:
    """A line, and what does not fit into it, that far from the left."""
    return Padding(line, (0, 0, 0, columns), expand=False)
