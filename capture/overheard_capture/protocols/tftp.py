"""TFTP: a file, in blocks of which each is a datagram (RFC 1350, with the options of RFC 2347)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("TFTP")

_TEXT = rb"[^\0-\x1f\x7f]"
_REQUEST = re.compile(
    rb"\0[\x01\x02]%b+\0(?:netascii|octet|mail)\0(?:%b+\0%b*\0)*" % (_TEXT, _TEXT, _TEXT), re.IGNORECASE
)
_AGREEMENT = re.compile(rb"\0\x06(?:%b+\0%b*\0)+" % (_TEXT, _TEXT))
_COMPLAINT = re.compile(rb"\0\x05\0[\0-\x08](?:%b|[\r\n\t])*\0" % _TEXT)
_DATA, _ACKNOWLEDGED = b"\0\3", b"\0\4"
_HEAD, _BLOCK = 4, 512
_NUMBERS = 0x10000


class Tftp:
    """What one side sends, from one port to another."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._file: Content | None = None
        # The number of the block that comes next, and how large they are.
        self._next = 1
        self._size = _BLOCK

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram, if it is one of TFTP."""
        if data[:2] == _DATA and len(data) >= _HEAD:
            return self._block(data, origin)
        if data[:2] == _ACKNOWLEDGED:
            return len(data) == _HEAD
        if _REQUEST.fullmatch(data):
            self.close()
            return True
        return bool(_AGREEMENT.fullmatch(data) or _COMPLAINT.fullmatch(data))

    def _block(self, data: Bytes, origin: Origin) -> bool:
        number = int.from_bytes(data[2:_HEAD], "big")
        if self._file is None:
            if number != 1 and len(data) != _HEAD + _BLOCK:
                return False
            self._file = Content(self._findings, (LAYER,), untyped, SearchScope.BOUNDARIES)
            # Where the first blocks were not seen, this is as good a beginning as any.
            self._next, self._size = number, max(len(data) - _HEAD, _BLOCK)
            if number != 1:
                self._file.gap((number - 1) * self._size)
        missing = (number - self._next) % _NUMBERS
        if missing >= _NUMBERS // 2:
            # Sent once more, because an acknowledgement was lost.
            return True
        if missing:
            self._file.gap(missing * self._size)
        self._file.feed(data[_HEAD:], origin.after(_HEAD))
        self._next = (number + 1) % _NUMBERS
        return True

    def close(self) -> None:
        """There is no more to come."""
        if self._file:
            self._file.close()
        self._file = None
