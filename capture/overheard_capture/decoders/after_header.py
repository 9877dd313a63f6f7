"""Content after a header of a given length, such as the length that Qt writes before compressed data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin


class AfterHeader:
    """Reads the bytes after the first `length` ones."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, length: int) -> None:
        self._reader: Reader = reader(findings, layers)
        self._to_skip = length

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if len(data) > skipped:
            self._reader.feed(data[skipped:], origin.after(skipped))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._reader.close()
