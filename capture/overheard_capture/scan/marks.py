"""The recorder's marks among the datagrams of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets import Datagram


class MarkFinder:
    """Finds marks with these payloads, perhaps padded; `found` gets the frame in which each of them is first."""

    def __init__(self, payloads: Iterable[bytes], found: dict[bytes, int]) -> None:
        self._payloads, self._found = frozenset(payloads), found

    def is_mark(self, frame: Frame, datagram: Datagram) -> bool:
        """Whether a datagram of this frame is a mark."""
        if not self._payloads:
            return False
        from overheard.words.recording import PADDING  # noqa: PLC0415  (few captures are recordings of ours)

        mark = bytes(datagram.payload).rstrip(PADDING)
        if mark in self._payloads:
            self._found.setdefault(mark, frame.number)
        return mark in self._payloads
