"""All packets of a recording, a page of rows at a time: however large it is, the browser has a few hundred of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.page.wire import tshark_input
from overheard_capture.wireshark.packet_list import in_words, rows_of

if TYPE_CHECKING:
    from overheard_capture.page.run_folder import RunFolder
    from overheard_capture.wireshark.packet_list import PacketRow

PER_PAGE = 200


@dataclass(frozen=True)
class PacketRows:
    """Rows next to each other, of the `total` that a recording has. `damage` says where it breaks off, if it does."""

    rows: tuple[PacketRow, ...]
    total: int
    damage: str

    @property
    def ways(self) -> list[tuple[str, int | None]]:
        """Where one can go from here: a name, and the first row there; None if there are no rows there."""
        first = self.rows[0].number if self.rows else 1
        last = (max(self.total, 1) - 1) // PER_PAGE * PER_PAGE + 1
        before, after = first > 1, first + PER_PAGE <= self.total
        return [
            ("First", 1 if before else None),
            ("Earlier", max(first - PER_PAGE, 1) if before else None),
            ("Later", first + PER_PAGE if after else None),
            ("Last", last if after else None),
        ]


def packet_rows(run: RunFolder, scenario: str, first: int) -> PacketRows:
    """The rows from frame `first` on, in tshark's words. Raises UnknownRunError, or UnreadableError."""
    capture = tshark_input(run, scenario)
    page = rows_of(capture.path, first, PER_PAGE)
    return PacketRows(in_words(capture, page.rows), page.total, page.damage)
