"""Replay: keeps the first input of a decompressor, to repeat decompression byte by byte up to malformed data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.origin import Bytes

_MAX_LENGTH = 64 << 10
_MAX_OUTPUT = 256 << 10


class Replay:
    """The input so far, up to 64 KiB. If it grows larger, it is dropped, and `complete` becomes False."""

    def __init__(self) -> None:
        self.complete = True
        self._pieces: list[bytes] = []
        self._length = 0

    @property
    def data(self) -> bytes:
        """All input so far."""
        return b"".join(self._pieces)

    def add(self, data: Bytes) -> None:
        """Add input that was decompressed without an error."""
        if self.complete:
            self._pieces.append(bytes(data))
            self._length += len(data)
            if self._length > _MAX_LENGTH:
                self.complete, self._pieces = False, []

    def feed_to(self, decompressor: Decompressor) -> None:
        """Feed all input so far to another decompressor, and discard its output."""
        for piece in self._pieces:
            decompressor.decompress(piece, _MAX_OUTPUT)
            while decompressor.has_pending_output:
                decompressor.decompress(b"", _MAX_OUTPUT)
