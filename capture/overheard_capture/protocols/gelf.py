"""GELF in pieces: a message for a log, compressed as a whole, in as many datagrams as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layer
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("GELF")

_MAGIC = b"\x1e\x0f"
_HEAD = 12
_MOST_PIECES = 128
# How much of unfinished messages is kept.
_MOST = 1 << 20


class _GelfChunk(NamedTuple):
    data: bytes
    origin: Origin


class Gelf:
    """Puts the messages of one direction together."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        # The pieces of each message by their number, and how many there are to be.
        self._messages: dict[bytes, tuple[int, dict[int, _GelfChunk]]] = {}
        self._kept = 0

    def datagram(self, data: Bytes, origin: Origin) -> bool:
        """Take in a piece, if it is one."""
        if data[:2] != _MAGIC or len(data) <= _HEAD:
            return False
        number, count = data[10], data[11]
        if number >= count or count > _MOST_PIECES:
            return False
        name = bytes(data[2:10])
        wanted, pieces = self._messages.setdefault(name, (count, {}))
        if number not in pieces:
            pieces[number] = _GelfChunk(bytes(data[_HEAD:]), origin.after(_HEAD))
            self._kept += len(data) - _HEAD
        if len(pieces) == wanted:
            self._read(name)
        while self._kept > _MOST:
            self._read(next(iter(self._messages)))
        return True

    def _read(self, name: bytes) -> None:
        """Read a message as far as it is there."""
        wanted, pieces = self._messages.pop(name)
        self._kept -= sum(len(piece.data) for piece in pieces.values())
        content = Content(self._findings, (LAYER,), untyped, SearchScope.BOUNDARIES)
        at = 0
        for number, piece in sorted(pieces.items()):
            if number > at:
                content.gap((number - at) * len(piece.data))
            content.feed(piece.data, piece.origin)
            at = number + 1
        content.close()
        if len(pieces) < wanted:
            self._findings.unread(Reason.GAP, "a message of GELF of which pieces are missing", (LAYER,))

    def close(self) -> None:
        """There is no more to come."""
        for name in list(self._messages):
            self._read(name)
