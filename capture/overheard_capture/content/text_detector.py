"""Text detection, as the bytes arrive. It is strict: content that is not clearly text counts as unread."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# Control characters, which text does not contain.
CONTROL = bytes(byte for byte in [*range(32), 127] if byte not in b"\t\n\r")
NO_CONTROL = bytes(byte for byte in range(256) if byte not in CONTROL)
_ASCII, _CONTINUATION = bytes(range(128)), bytes(range(0x80, 0xC0))

# Latin-1 and the like: the minimum length, and at most one non-ASCII byte in this many. Random bytes have more.
_LATIN_LENGTH, _LATIN_SHARE = 32, 4
# Text of at least this length may end within a character.
_CUT_SHORT = 16

# UTF-8 without control characters.
_UTF8 = lazy_pattern(rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*+")


class TextDetector:
    """Decides whether the bytes of a content are text."""

    __slots__ = ("_decoder", "_high", "length", "not_utf8", "opaque", "text_length")

    def __init__(self) -> None:
        # Whether it is certainly not text; and whether it is not UTF-8.
        self.opaque = False
        self.not_utf8 = False
        self._decoder: codecs.IncrementalDecoder | None = None
        # The number of bytes, and of those before the first that is not UTF-8, or that is a control character.
        self.length = 0
        self.text_length = -1
        self._high = 0

    def skip(self, length: int) -> None:
        """Count bytes after it is certain that this is no text."""
        self.length += length

    def feed_ascii(self, length: int) -> None:
        """Take `length` bytes of plain ASCII."""
        self.length += length
        if self._decoder:
            self._decode(b" ")

    def feed(self, data: bytes | bytearray) -> None:
        """Take any bytes."""
        self._feed(data)
        if self.text_length < 0 and self.not_plain_utf8:
            # A character may have begun in the piece before.
            found = _UTF8.match(data, len(data[:3]) - len(data[:3].lstrip(_CONTINUATION)))
            self.text_length = self.length + (found.end() if found else 0)
        self.length += len(data)

    def _feed(self, data: bytes | bytearray) -> None:
        if self.opaque:
            return
        if data.isascii():
            self.opaque = bool(data.translate(None, NO_CONTROL))
            if self._decoder:
                self._decode(b" ")
            return
        # Most binary data has a control character within a few bytes.
        self.opaque = bool(data[:64].translate(None, NO_CONTROL)) or bool(data.translate(None, NO_CONTROL))
        if not self.opaque:
            self._high += len(data.translate(None, _ASCII))
            self._decode(data)

    def _decode(self, data: Bytes) -> None:
        if self.not_utf8:
            return
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            self._decoder.decode(data)
        except UnicodeDecodeError:
            self.not_utf8, self._decoder = True, None
            return
        if not self._decoder.getstate()[0]:
            self._decoder = None

    @property
    def not_plain_utf8(self) -> bool:
        """Whether some bytes are not UTF-8, or are control characters."""
        return self.not_utf8 or self.opaque

    def gap(self) -> None:
        """Bytes are missing here, and a character may be split."""
        self._decoder = None

    @property
    def is_text(self) -> bool:
        """Whether all bytes were text. Valid at the end of the content."""
        if self.opaque:
            return False
        if not self.not_utf8 and not self._decoder:
            return True
        if not self.not_utf8 and self.length >= _CUT_SHORT:
            return True
        return self.length >= _LATIN_LENGTH and self._high * _LATIN_SHARE <= self.length


def looks_like_text(head: bytes) -> bool:
    """Whether `head`, which may be truncated anywhere, is the beginning of UTF-8 text."""
    found = _UTF8.match(head)
    return found is not None and found.end() >= len(head) - 3
