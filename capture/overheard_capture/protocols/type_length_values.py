"""Options and attributes that have a type of two bytes and a length of two bytes before their value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def type_length_values(data: bytes, at: int = 0, *, unit: int = 1) -> Iterator[tuple[int, int, int]]:
    """The type of each from an offset on, and where its value begins and ends, which may be beyond the data.

    Between them is padding, up to a multiple of `unit` bytes.
    """
    while at + 4 <= len(data):
        start = at + 4
        end = start + int.from_bytes(data[at + 2 : start])
        yield int.from_bytes(data[at : at + 2]), start, end
        at = end + -end % unit
