"""Is it text? Decided as it comes, and cautiously: what is not clearly text counts as something that nobody read."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# What text has none of.
CONTROL = bytes(byte for byte in [*range(32), 127] if byte not in b"\t\n\r")
_NO_CONTROL = bytes(byte for byte in range(256) if byte not in CONTROL)
_ASCII = bytes(range(128))

# Latin-1 and its like: at least so long, and at most one byte in so many beyond ASCII. Random bytes are not like that.
_LATIN_LENGTH, _LATIN_SHARE = 32, 4
# Text may break off within a letter, when there is more of it than that.
_CUT_SHORT = 16

# UTF-8 without control characters.
_LETTERS = re.compile(rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*+")


class TextDetector:
    """Is told of all bytes of a content; knows whether they are text."""

    __slots__ = ("_decoder", "_high", "_length", "broken", "opaque")

    def __init__(self) -> None:
        # Whether it is certain that it is no text; and whether it is no UTF-8.
        self.opaque = False
        self.broken = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._length = 0
        self._high = 0

    def ascii(self, length: int) -> None:
        """So many bytes of plain ASCII."""
        self._length += length
        if self._decoder:
            self._decode(b" ")

    def feed(self, data: bytes | bytearray) -> None:
        """Any bytes."""
        if self.opaque:
            return
        self._length += len(data)
        if data.isascii():
            self.opaque = bool(data.translate(None, _NO_CONTROL))
            if self._decoder:
                self._decode(b" ")
            return
        # Most of what is no text shows that within a few bytes.
        self.opaque = bool(data[:64].translate(None, _NO_CONTROL)) or bool(data.translate(None, _NO_CONTROL))
        if not self.opaque:
            self._high += len(data.translate(None, _ASCII))
            self._decode(data)

    def _decode(self, data: Bytes) -> None:
        if self.broken:
            return
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            self._decoder.decode(data)
        except UnicodeDecodeError:
            self.broken, self._decoder = True, None
            return
        if not self._decoder.getstate()[0]:
            self._decoder = None

    @property
    def odd(self) -> bool:
        """Whether some of it is neither ASCII nor UTF-8."""
        return self.broken or self.opaque

    def gap(self) -> None:
        """Bytes are missing here: a letter may be cut in two."""
        self._decoder = None

    @property
    def is_text(self) -> bool:
        """Whether all that came was text, once there is no more to come."""
        if self.opaque:
            return False
        if not self.broken and not self._decoder:
            return True
        if not self.broken and self._length >= _CUT_SHORT:
            return True
        return self._length >= _LATIN_LENGTH and self._high * _LATIN_SHARE <= self._length


def seems_text(head: bytes) -> bool:
    """Whether this, which may break off anywhere, is how text begins."""
    found = _LETTERS.match(head)
    return found is not None and found.end() >= len(head) - 3
