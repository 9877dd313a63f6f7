"""Tables in text, as of psql, rich or tabulate: a long cell goes on in the next line, in the same columns.

A rule, which is a line of dashes, shows where the columns are. The cells of a column follow each other in it; those
that may go on in the next one, as far as the secrets tell, are joined.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.joined_values import read_joined_either_way
from overheard_capture.decoders.marked_lines import MarkedLines
from overheard_capture.decoders.secret_forms import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.joined_values import Value
    from overheard_capture.provenance.origin import Origin

# What most rules have; and what is a rule: at least two groups of dashes, or one between other signs.
# Or a row, in a table without rules.
RULE_MARKS = LiteralSet(
    *(each.encode() for each in ("-+-", "+--", "|--", "--  --", "==  ==", "──", "━━", "══")),
    *(each.encode() for each in (" |\n", " |\r\n", " │\n", " │\r\n")),
)
_RULE = lazy_pattern(r"[ |+:=─━═┼╪╋╬┌┐└┘├┤┬┴┏┓┗┛┡┩┢┪┣┫┳┻╇╈╔╗╚╝╠╣╦╩╞╡│┃║-]{5,1000}")
_ROW, _CELL = lazy_pattern(r"[ \t]*[|│][^\n]{1,1000}[|│][ \t]*"), lazy_pattern(r"[^|│]+(?=[|│])")
_GROUP = lazy_pattern(r"[-=─━═:]{2,}")
# Between columns with these, there is a margin, in which is a sign if a cell goes on.
_BORDER, _SIGNS = lazy_pattern(r"[^ =:-]"), frozenset(".+…↵↩")
# How many cells are joined.
_MOST = 256


class _Table(NamedTuple):
    """A table whose rule was read: where its columns are, in characters, and the last cells of each that go on."""

    columns: list[tuple[int, int]]
    has_margin: bool
    runs: list[list[Value]]

    @classmethod
    def below(cls, rule: str) -> _Table | None:
        """The table below a rule; None if it is none."""
        columns = [group.span() for group in _GROUP.finditer(rule)] if _RULE.fullmatch(rule) else []
        return cls(columns, bool(_BORDER.search(rule)), [[] for _ in columns]) if columns else None

    @classmethod
    def of_row(cls, row: str) -> _Table | None:
        """The table that begins with a row between vertical lines; None if that is none."""
        columns = (
            [cell.span() for cell in _CELL.finditer(row, row.index(row.strip()[0]))] if _ROW.fullmatch(row) else []
        )
        return cls(columns, has_margin=True, runs=[[] for _ in columns]) if columns else None

    def has(self, line: str) -> bool:
        """Whether a line is a row: it is not blank, and has no word between its columns."""
        edges = [(0, 0), *self.columns]
        between = "".join(line[end:begin] for (_, end), (begin, _) in pairwise(edges))
        return not (line.isspace() or any(map(str.isalnum, between)))

    def cells(self, line: str) -> Iterator[tuple[int, int, int]]:
        """The number of a column, and where its cell begins and ends, without margins; of those that are not empty."""
        for number, (begin, end) in enumerate(self.columns):
            cell = line[begin:end]
            if self.has_margin:
                # A sign in a margin is no text, but as wide.
                cell = " " + cell[1:] if cell[:1] in _SIGNS else cell
                cell = cell[:-1] if cell[-1:] in _SIGNS else cell
            if text := cell.strip():
                at = begin + cell.index(text)
                yield number, at, at + len(text)


class TableFinder(MarkedLines):
    """Joins the cells of columns in text."""

    marks, longest = RULE_MARKS, 2048

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        super().__init__(findings, layers, reader)
        self._table: _Table | None = None

    @property
    def goes_on(self) -> bool:
        """Whether this is in a table."""
        return self._table is not None

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a line, which is a rule or, below one, a row."""
        text = line.decode(errors="surrogateescape").rstrip("\r\n")
        if rule := _Table.below(text):
            self.end()
            self._table = rule
        elif self._table and self._table.has(text):
            self._read_row(self._table, text, origin)
        else:
            self.end()
            if table := _Table.of_row(text):
                self._table = table
                self._read_row(table, text, origin)

    def _read_row(self, table: _Table, line: str, origin: Origin) -> None:
        forms = forms_of(self._at.findings.search.secrets)
        for number, begin, end in table.cells(line):
            cell = line[begin:end].encode(errors="surrogateescape")
            at = begin if line.isascii() else len(line[:begin].encode(errors="surrogateescape"))
            run = table.runs[number]
            if run and not (forms.go_on(run[-1][0], cell) and len(run) < _MOST):
                self._join(run)
            run.append((cell, origin.after(at)))

    def _join(self, run: list[Value]) -> None:
        read_joined_either_way(self._at, run)
        run.clear()

    def end(self) -> None:
        """The table has ended."""
        for run in self._table.runs if self._table else ():
            self._join(run)
        self._table = None
