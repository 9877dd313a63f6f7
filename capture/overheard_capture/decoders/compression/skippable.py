"""Skippable frames of Zstandard (RFC 8878, 3.1.2): their content is skipped by decompressors, and read here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.deflate import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.origin import Bytes

MAGICS = tuple(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))
_HEADER = 8
# Longer frames are not kept.
_MAX_KEPT = 16 << 20


class FrameOrSkippable:
    """One frame, which is decompressed by what `make` returns; or a skippable frame, whose content is in `fields`."""

    has_end_marker = True

    def __init__(self, make: Callable[[], Decompressor]) -> None:
        self.eof = self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._make = make
        self._held = bytearray()
        self._frame: Decompressor | None = None

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        if self._frame is None:
            self._held += bytes(data)
            if any(magic.startswith(bytes(self._held[:4])) for magic in MAGICS):
                self._skip()
                return b""
            self._frame, data, self._held = self._make(), bytes(self._held), bytearray()
        out = self._frame.decompress(data, max_length)
        self.eof, self.unused_data = self._frame.eof, self._frame.unused_data
        self.has_pending_output = self._frame.has_pending_output
        return out

    def _skip(self) -> None:
        if len(self._held) < _HEADER:
            return
        end = _HEADER + int.from_bytes(self._held[4:_HEADER], "little")
        if end > _MAX_KEPT:
            raise TooLargeError
        if len(self._held) >= end:
            # Many may have no content.
            self.fields = [bytes(self._held[_HEADER:end])] if end > _HEADER else []
            self.unused_data, self.eof = bytes(self._held[end:]), True
