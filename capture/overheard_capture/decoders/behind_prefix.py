"""Content behind some text in what was written as text, such as a tag or a name before quoted-printable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.magic import HEAD, is_known
from overheard_capture.decoders.unsigned import LONG_HEAD, is_unsigned
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# After what content may begin, and how far from the beginning.
_DELIMITER = re.compile(rb"[>\[:\"'`=,; |(\0\t\n]")
_FARTHEST = 256
# So many bytes of what is compressed are hardly ever text.
_FEW = 24


class BehindPrefix:
    """Reads a content, and beside that from where something that is compressed or packed begins in it."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings, self._layers, self._factory = findings, layers, reader
        self._whole = reader(findings, layers)
        self._behind: Reader | None = None
        # The first bytes, until something may be known.
        self._head: SmallByteQueue | None = SmallByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._whole.feed(data, origin)
        if self._head is not None:
            self._head.add(data, origin)
            if len(self._head) >= _FARTHEST + LONG_HEAD:
                self._look()
        elif self._behind:
            self._behind.feed(data, origin)

    def _look(self) -> None:
        """Look into the first bytes for what begins there."""
        if self._head:
            data, origin = self._head.take()
            if (at := start_of_content(data)) >= 0:
                self._behind = self._factory(self._findings, self._layers)
                self._behind.feed(data[at:], origin.after(at))
        self._head = None

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._close_behind()
        self._head = SmallByteQueue()
        self._whole.gap(length)

    def _close_behind(self) -> None:
        self._look()
        if self._behind:
            self._behind.close()
        self._behind = None

    def close(self) -> None:
        """No more bytes follow."""
        self._close_behind()
        self._whole.close()


def start_of_content(data: bytes) -> int:
    """Where compressed or packed content begins behind a delimiter; -1 if it does nowhere, or at once."""
    if looks_like_text(data[: _FARTHEST + _FEW]):
        return -1
    starts = (found.end() for found in _DELIMITER.finditer(data, 0, _FARTHEST))
    binary = [at for at in starts if not looks_like_text(data[at : at + _FEW])]
    for certainly in (True, False):
        for at in binary:
            if is_known(data[at : at + HEAD]) or is_unsigned(data[at : at + LONG_HEAD], certainly=certainly):
                return at
    return -1
