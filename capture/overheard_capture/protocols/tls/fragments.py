"""The fragments of handshake messages of DTLS (RFC 6347, 4.2.3; RFC 9147, 5.5), which come in any order, and twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Origin

# How long the head of a fragment is.
_HEAD = 12
_LONGEST, _MOST = 256 << 10, 32


class Piece(NamedTuple):
    """Some of a message, from `start` on, with where it comes from."""

    start: int
    data: bytes
    origin: Origin


@dataclass
class _FragmentedMessage:
    head: Piece
    length: int
    pieces: list[Piece] = field(default_factory=list)

    def in_order(self) -> list[Piece] | None:
        """Pieces that make up the whole, each cut where the next begins; None where one is missing."""
        found, at = [], 0
        for piece in sorted(self.pieces, key=lambda piece: piece.start):
            if piece.start > at:
                return None
            if (new := len(piece.data) - (at - piece.start)) > 0:
                known = at - piece.start
                found.append(Piece(at, piece.data[known:], piece.origin.after(known)))
                at += new
        return found if at == self.length else None


class HandshakeFragments:
    """Puts messages together. `open` holds once one has begun that is not whole."""

    def __init__(self) -> None:
        self._begun: dict[int, _FragmentedMessage] = {}
        self._done: set[int] = set()

    @property
    def open(self) -> bool:
        """Whether a message has begun that is not there as a whole."""
        return bool(self._begun)

    def add(self, body: bytes, origin: Origin) -> Iterator[list[Piece]]:
        """Each message that is now whole, as pieces, with its short head first. Raises CutShortError."""
        cursor, at = Cursor(body), 0
        while cursor:
            kind, length, number = cursor.number(1), cursor.number(3), cursor.number(2)
            start, size = cursor.number(3), cursor.number(3)
            data = bytes(cursor.take(size))
            if start + size > length or length > _LONGEST:
                raise TruncatedError
            head = Piece(0, bytes([kind]) + length.to_bytes(3, "big"), origin.after(at))
            at += _HEAD + size
            if number not in self._done:
                message = self._begun.setdefault(number, _FragmentedMessage(head, length))
                message.pieces.append(Piece(start, data, origin.after(at - size)))
                yield from self._whole(number, message)

    def _whole(self, number: int, message: _FragmentedMessage) -> Iterator[list[Piece]]:
        if (pieces := message.in_order()) is not None:
            self._done.add(number)
            del self._begun[number]
            yield [message.head, *pieces]
        elif len(self._begun) > _MOST or len(message.pieces) > _LONGEST // 64:
            raise TruncatedError


def put_together(pieces: list[Piece]) -> tuple[bytes, Origin]:
    """A message of pieces, with its origin."""
    return b"".join(piece.data for piece in pieces), joined([(piece.origin, 0, len(piece.data)) for piece in pieces])
