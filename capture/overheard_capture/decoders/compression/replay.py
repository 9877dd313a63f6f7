"""Replay: keeps the first input of a decompressor, so that decompression can be repeated byte by byte up to damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.origin import Bytes

_MOST = 64 << 10
_ROOM = 256 << 10


class Replay:
    """The input so far, up to 64 KiB. If it grows larger, it is dropped, and `known` becomes False."""

    def __init__(self) -> None:
        self.known = True
        self._pieces: list[bytes] = []
        self._length = 0

    @property
    def joined(self) -> bytes:
        """All input so far."""
        return b"".join(self._pieces)

    def add(self, data: Bytes) -> None:
        """Add input that was decompressed without an error."""
        if self.known:
            self._pieces.append(bytes(data))
            self._length += len(data)
            if self._length > _MOST:
                self.known, self._pieces = False, []

    def again(self, decompressor: Decompressor) -> Decompressor:
        """Feed all input to another decompressor, and return that."""
        for piece in self._pieces:
            decompressor.inflate(piece, _ROOM)
            while decompressor.more:
                decompressor.inflate(b"", _ROOM)
        return decompressor
