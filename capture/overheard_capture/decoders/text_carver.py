"""Carving from content that was text so far: a signature may begin with the last bytes that were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.carving import Carver
from overheard_capture.decoders.magic import CARVABLE, TEXT_ENDS, TEXT_PREFIXES
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

_LONGEST_PREFIX = max(map(len, TEXT_PREFIXES))


class TextCarver:
    """Carves from the first bytes on that are no text. What is carved is read by `inside`."""

    __slots__ = ("_carver", "_findings", "_inside", "_layers", "_prefix")

    def __init__(self, findings: Findings, layers: Layers, inside: ReaderFactory) -> None:
        self._findings, self._layers, self._inside = findings, layers, inside
        self._carver: Carver | None = None
        # The last bytes, if a signature may begin with them.
        self._prefix: ByteQueue | None = None

    def feed(self, data: bytes | bytearray, origin: Origin, *, is_text: bool) -> None:
        """Read the next bytes. `is_text` is whether all bytes up to their end are text."""
        if not is_text:
            self._carve(data, origin)
        elif data.endswith(TEXT_ENDS):
            self._keep_prefix(data, origin)
        else:
            self._prefix = None

    def _keep_prefix(self, data: bytes | bytearray, origin: Origin) -> None:
        """Keep the last bytes, with which a signature may begin."""
        at = max(len(data) - _LONGEST_PREFIX, 0)
        kept = (not at and self._prefix) or ByteQueue()
        kept.add(data[at:], origin.after(at))
        while len(kept) and bytes(kept.data) not in TEXT_PREFIXES:
            kept.drop(1)
        self._prefix = kept

    def _carve(self, data: Bytes, origin: Origin) -> None:
        if not self._carver:
            self._carver = Carver(self._findings, self._layers, self._inside, CARVABLE)
            if self._prefix:
                self._carver.feed(*self._prefix.take(len(self._prefix)))
        self._carver.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._prefix = None
        if self._carver:
            self._carver.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._carver:
            self._carver.close()
