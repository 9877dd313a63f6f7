"""Chunked GELF: a log message, compressed as a whole and split over several datagrams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("GELF")

_MAGIC = b"\x1e\x0f"
_HEADER_LENGTH = 12
_MAX_PIECES = 128
# The maximum number of buffered bytes of incomplete messages.
_BUFFER_LIMIT = 1 << 20


class _GelfChunk(NamedTuple):
    data: bytes
    origin: Origin


class GelfReader:
    """Reassembles the messages of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        # By message ID: the number of chunks to expect, and those that arrived, by sequence number.
        self._messages: dict[bytes, tuple[int, dict[int, _GelfChunk]]] = {}
        self._buffered = 0

    def datagram(self, data: Bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is a chunk."""
        if data[:2] != _MAGIC or len(data) <= _HEADER_LENGTH:
            return False
        number, count = data[10], data[11]
        if number >= count or count > _MAX_PIECES:
            return False
        message_id = bytes(data[2:10])
        count, pieces = self._messages.setdefault(message_id, (count, {}))
        if number not in pieces:
            pieces[number] = _GelfChunk(bytes(data[_HEADER_LENGTH:]), origin.after(_HEADER_LENGTH))
            self._buffered += len(data) - _HEADER_LENGTH
        if len(pieces) == count:
            self._read(message_id)
        while self._buffered > _BUFFER_LIMIT:
            self._read(next(iter(self._messages)))
        return True

    def _read(self, message_id: bytes) -> None:
        """Read a message, or those of its chunks that have arrived."""
        count, pieces = self._messages.pop(message_id)
        self._buffered -= sum(len(piece.data) for piece in pieces.values())
        content = Content(self._findings, (LAYER,), untyped, SearchScope.BOUNDARIES)
        at = 0
        for number, piece in sorted(pieces.items()):
            if number > at:
                content.gap((number - at) * len(piece.data))
            content.feed(piece.data, piece.origin)
            at = number + 1
        content.close()
        if len(pieces) < count:
            self._findings.report_unread(Reason.GAP, "an incomplete GELF message", (LAYER,))

    def close(self) -> None:
        """The direction has ended."""
        for message_id in list(self._messages):
            self._read(message_id)
