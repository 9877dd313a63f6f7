"""Content after a header of a given length, such as the length before compressed data in Qt; or a part of that."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from overheard.words.layer import Layers

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin


class AfterHeader:
    """Reads the bytes after the first `length` ones, and of these so `many`."""

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, length: int, many: float = math.inf
    ) -> None:
        self._reader: Reader = reader(findings, layers)
        self._to_skip, self._left = length, many

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        count = int(min(self._left, len(data) - skipped))
        self._left -= count
        if count:
            self._reader.feed(data[skipped : skipped + count], origin.after(skipped))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._reader.close()
