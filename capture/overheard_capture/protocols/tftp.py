"""TFTP (RFC 1350, with the options of RFC 2347): a file in blocks, one per datagram."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("TFTP")

_TEXT = rb"[^\0-\x1f\x7f]"
_REQUEST = lazy_pattern(
    rb"\0[\x01\x02]%b+\0(?:netascii|octet|mail)\0(?:%b+\0%b*\0)*" % (_TEXT, _TEXT, _TEXT), re.IGNORECASE
)
_OPTION_ACK = lazy_pattern(rb"\0\x06(?:%b+\0%b*\0)+" % (_TEXT, _TEXT))
_ERROR = lazy_pattern(rb"\0\x05\0[\0-\x08](?:%b|[\r\n\t])*\0" % _TEXT)
_DATA, _ACK = b"\0\3", b"\0\4"
_HEADER_LENGTH, _BLOCK = 4, 512
_BLOCK_NUMBERS = 0x10000


class TftpReader:
    """Reads one direction of a transfer, from one port to another."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._file: Content | None = None
        # The number of the next block, and the block size.
        self._next_block = 1
        self._size = _BLOCK

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is TFTP."""
        if data[:2] == _DATA and len(data) >= _HEADER_LENGTH:
            return self._block(data, origin)
        if data[:2] == _ACK:
            return len(data) == _HEADER_LENGTH
        request = _REQUEST.fullmatch(data)
        if request:
            self.close()
        if not (request or _OPTION_ACK.fullmatch(data) or _ERROR.fullmatch(data)):
            return False
        # Names, options and messages.
        read_values(self._findings, (LAYER,), data, origin)
        return True

    def _block(self, data: Bytes, origin: Origin) -> bool:
        number = int.from_bytes(data[2:_HEADER_LENGTH], "big")
        if self._file is None:
            if number != 1 and len(data) != _HEADER_LENGTH + _BLOCK:
                return False
            self._file = Content(self._findings, (LAYER,), untyped, SearchScope.BOUNDARIES)
            # If the first blocks are missing, start here.
            self._next_block, self._size = number, max(len(data) - _HEADER_LENGTH, _BLOCK)
            if number != 1:
                self._file.gap((number - 1) * self._size)
        missing = (number - self._next_block) % _BLOCK_NUMBERS
        if missing >= _BLOCK_NUMBERS // 2:
            # Retransmitted because an acknowledgement was lost.
            return True
        if missing:
            self._file.gap(missing * self._size)
        self._file.feed(data[_HEADER_LENGTH:], origin.after(_HEADER_LENGTH))
        self._next_block = (number + 1) % _BLOCK_NUMBERS
        return True

    def close(self) -> None:
        """The direction has ended."""
        if self._file:
            self._file.close()
        self._file = None
