"""Fragments of DTLS handshake messages, which arrive in any order and repeatedly (RFC 6347, 4.2.3; RFC 9147, 5.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Origin

# The length of a fragment header.
_HEADER_LENGTH = 12
_MAX_MESSAGE, _MAX_INCOMPLETE, _MAX_COMPLETE = 256 << 10, 32, 64


class FragmentPiece(NamedTuple):
    """Part of a message, beginning at offset `start` of the body, with its origin."""

    start: int
    data: bytes
    origin: Origin


@dataclass
class _FragmentedMessage:
    header: FragmentPiece
    length: int
    pieces: list[FragmentPiece] = field(default_factory=list)

    def in_order(self) -> list[FragmentPiece] | None:
        """The pieces of the whole message, cut so that none overlap; None if one is missing."""
        found, at = [], 0
        for piece in sorted(self.pieces, key=lambda piece: piece.start):
            if piece.start > at:
                return None
            if (new := len(piece.data) - (at - piece.start)) > 0:
                overlap = at - piece.start
                found.append(FragmentPiece(at, piece.data[overlap:], piece.origin.after(overlap)))
                at += new
        return found if at == self.length else None


class HandshakeFragments:
    """Reassembles handshake messages."""

    def __init__(self) -> None:
        self._incomplete: dict[int, _FragmentedMessage] = {}
        # The messages that are complete, by their numbers, with their headers.
        self._complete: dict[int, bytes] = {}
        # Whether a fragment has other bytes than one of the same message had.
        self.contradicts = False

    @property
    def incomplete(self) -> bool:
        """Whether a message is incomplete."""
        return bool(self._incomplete)

    def add(self, body: bytes, origin: Origin) -> Iterator[list[FragmentPiece]]:
        """Yield each message that is now complete, as pieces, a 4-byte header first. Raises TruncatedError."""
        cursor, at = Cursor(body), 0
        while cursor:
            kind, length, number = cursor.number(1), cursor.number(3), cursor.number(2)
            start, size = cursor.number(3), cursor.number(3)
            data = bytes(cursor.take(size))
            if start + size > length or length > _MAX_MESSAGE:
                raise TruncatedError
            header = FragmentPiece(0, bytes([kind]) + length.to_bytes(3, "big"), origin.after(at))
            at += _HEADER_LENGTH + size
            if (complete := self._complete.get(number)) is not None:
                self.contradicts |= complete[:4] != header.data or complete[4 + start : 4 + start + size] != data
            else:
                message = self._incomplete.setdefault(number, _FragmentedMessage(header, length))
                message.pieces.append(FragmentPiece(start, data, origin.after(at - size)))
                yield from self._whole(number, message)

    def _whole(self, number: int, message: _FragmentedMessage) -> Iterator[list[FragmentPiece]]:
        if (pieces := message.in_order()) is not None:
            whole = b"".join(piece.data for piece in pieces)
            self.contradicts |= any(not whole.startswith(each.data, each.start) for each in message.pieces)
            self._complete[number] = message.header.data + whole
            del self._incomplete[number]
            if len(self._complete) > _MAX_COMPLETE:
                raise TruncatedError
            yield [message.header, *pieces]
        elif len(self._incomplete) > _MAX_INCOMPLETE or len(message.pieces) > _MAX_MESSAGE // 64:
            raise TruncatedError


def reassemble(pieces: list[FragmentPiece]) -> tuple[bytes, Origin]:
    """Join the pieces of a message; returns its bytes and origin."""
    return b"".join(piece.data for piece in pieces), joined([(piece.origin, 0, len(piece.data)) for piece in pieces])
