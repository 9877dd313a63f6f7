"""What a decompressor was given so far, as long as that is little: so that it can be done again, more carefully."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.origin import Bytes

_MOST = 64 << 10
_ROOM = 256 << 10


class Replay:
    """It forgets all when it becomes too long."""

    def __init__(self) -> None:
        self.known = True
        self._pieces: list[bytes] = []
        self._length = 0

    @property
    def joined(self) -> bytes:
        """All of it."""
        return b"".join(self._pieces)

    def add(self, data: Bytes) -> None:
        """Remember what was decompressed without trouble."""
        if self.known:
            self._pieces.append(bytes(data))
            self._length += len(data)
            if self._length > _MOST:
                self.known, self._pieces = False, []

    def again(self, decompressor: Decompressor) -> Decompressor:
        """Let another decompressor go through all of it."""
        for piece in self._pieces:
            decompressor.inflate(piece, _ROOM)
            while decompressor.more:
                decompressor.inflate(b"", _ROOM)
        return decompressor
