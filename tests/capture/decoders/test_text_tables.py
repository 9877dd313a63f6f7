"""Cells of tables in text that go on in the next line."""

from __future__ import annotations

import io

import pytest
from rich import box
from rich.console import Console
from rich.table import Table

from capture.played import played, seen, sightings
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.untyped import untyped

LONG = "The word is Fluffy tail 4711, says every squirrel"


def rich(style: box.Box, width: int, words: str = LONG) -> str:
    """A table of rich."""
    out = io.StringIO()
    table = Table("id", "word", "more", box=style)
    table.add_row("1", "acorn", "nut")
    table.add_row("2", words, "beech")
    Console(file=out, width=width).print(table)
    return out.getvalue()


# As psql writes it with `\\pset format wrapped`, with line breaks in the value, and so on.
TABLES = {
    "psql, wrapped": """
 id |    word     | n
----+-------------+---
  1 | The word is.| 1
    |. Fluffy ta .|
    |.il 4711    |
(1 row)
""",
    "psql, lines": """
 id | word      | n
----+-----------+---
  1 | Fluffy   +| 1
    | tail     +|
    | 4711      |
""",
    "grid": """
+----+--------+
| id | word   |
+====+========+
|  1 | Fluffy |
|    | tail   |
|    | 4711   |
+----+--------+
""",
    "without rules": """
| acorn | nut        | 7 |
| word  | Fluffy ta  | 1 |
|       | il 4711    |   |
""",
    "without rules, in a box": """
│ word │ Fluffy ta │
│      │ il 4711   │
""",
    "simple": """
  id  word
----  ---------
   1  Fluffy ta
      il 4711
   2  acorn
""",
    "umlauts": """
│ ü    │ wörd      │
├──────┼───────────┤
│ ä    │ Fluffy ta │
│ öü   │ il 4711   │
└──────┴───────────┘
""",
    **{
        f"rich {width}": rich(style, width)
        for width, style in ((30, box.HEAVY_HEAD), (31, box.ASCII), (28, box.DOUBLE))
    },
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_cell_is_found_across_lines(text: str) -> None:
    for whole in (text, "The squirrels are out.\n" * 300 + text + "And so on.\n" * 300):
        data = whole.encode()
        every = sightings(played(untyped, data))
        assert any(layers == (LAYER,) for layers, *_ in every), text
        # Text without a table is cut less often.
        begins = data.find(text.encode())
        within = range(max(begins - 70, 0), begins + len(text.encode()) + 70, 7)
        for cuts in ([len(data) // 2], [1, 200, 4500, 6910], range(0, len(data), 300), within):
            assert sightings(played(untyped, data, cuts)) == every


@pytest.mark.parametrize(
    "text",
    [
        rich(box.ASCII, 34, "Fluffy tales and tail 4711"),
        " id | word\n----+------\n  1 | Fluffy\n  2 | snail\n  3 | tail 4711\n",
        " id | word\n----+------\n  1 | Fluffy\n\n  3 | tail 4711\n",
        " id | word\n  1 | Flu\n  b | ffy tail 4711\n",
        "----  ------\nnothing of the sort Fluff\ny tail 4711\n",
        "--+--\n",
    ],
)
def test_other_cells_are_not_joined(text: str) -> None:
    assert LAYER not in {layer for layers in seen(played(untyped, text.encode())) for layer in layers}
