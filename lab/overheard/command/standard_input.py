"""Text on standard input, line by line: any bytes, within bounds."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from typing import IO

# The most bytes that are read, at once and in all; and the most characters that wait for the end of a line.
_AT_ONCE, MOST, _LONGEST_LINE = 1 << 16, 64 << 20, 1_000_000
_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class StandardInput:
    """The lines of a stream of bytes, at most the first `most` of them; `cut` is whether there were more."""

    def __init__(self, stream: IO[bytes] | None = None, most: int = MOST) -> None:
        self._stream, self._most, self.cut = stream, most, False

    def __iter__(self) -> Iterator[str]:
        """The lines without their ends; what is longer than a million characters comes in pieces."""
        rest = ""
        for text in self._texts():
            *lines, rest = (rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            yield from lines
            if len(rest) > _LONGEST_LINE:
                yield rest
                rest = ""
        yield rest

    def _texts(self) -> Iterator[str]:
        decoder: codecs.IncrementalDecoder | None = None
        for data in self._data():
            if decoder is None:
                # Windows PowerShell writes UTF-16.
                decoder = codecs.getincrementaldecoder(_BYTE_ORDER_MARKS.get(data[:2], "utf-8"))("replace")
            yield decoder.decode(data)

    def _data(self) -> Iterator[bytes]:
        stream = self._stream or (sys.stdin.buffer if sys.stdin else None)
        left = self._most
        while stream and (data := stream.read(_AT_ONCE)):
            self.cut = len(data) > left
            yield data[:left]
            left -= len(data)
            if self.cut:
                return
