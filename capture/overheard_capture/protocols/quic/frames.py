"""The frames in the first packets (RFC 9000, 12.4 and 19), and the handshake that they carry in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.quic.packets import varint
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Origin

_PADDING, _PING, _ACK, _ACK_WITH_MARKS, _CRYPTO, _CLOSE = 0x00, 0x01, 0x02, 0x03, 0x06, 0x1C
# How far a handshake may go.
_FARTHEST = 256 << 10


class CryptoFrame(NamedTuple):
    """A piece of the handshake: where it stands there, and where it begins and ends in the payload."""

    offset: int
    begins: int
    end: int


def handshake_pieces(payload: bytes) -> list[CryptoFrame] | None:
    """The pieces of the handshake in a payload; None where there is something else that has no place there."""
    try:
        return list(_pieces(payload))
    except TruncatedError:
        return None


def _pieces(payload: bytes) -> Iterator[CryptoFrame]:
    cursor = Cursor(payload)
    while cursor:
        kind = varint(cursor)
        if kind in (_ACK, _ACK_WITH_MARKS):
            _pass_ack(cursor, 3 if kind == _ACK_WITH_MARKS else 0)
        elif kind == _CRYPTO:
            offset, length = varint(cursor), varint(cursor)
            begins = len(payload) - len(cursor)
            cursor.take(length)
            yield CryptoFrame(offset, begins, begins + length)
        elif kind == _CLOSE:
            varint(cursor), varint(cursor)
            cursor.take(varint(cursor))
        elif kind == _PADDING:
            cursor = Cursor(bytes(cursor.rest()).lstrip(b"\0"))
        elif kind != _PING:
            raise TruncatedError


def _pass_ack(cursor: Cursor, marks: int) -> None:
    """The largest, the delay, how many ranges, the first; two numbers a range; and how often which mark came."""
    varint(cursor), varint(cursor)
    ranges = varint(cursor)
    varint(cursor)
    for _ in range(2 * ranges + marks):
        varint(cursor)


class CryptoStream:
    """Puts pieces in their order. What came twice counts once."""

    def __init__(self) -> None:
        self._at = 0
        self._waiting: dict[int, tuple[bytes, Origin]] = {}

    @property
    def open(self) -> bool:
        """Whether something is waited for."""
        return bool(self._waiting)

    def add(self, offset: int, data: bytes, origin: Origin) -> Iterator[tuple[bytes, Origin]]:
        """Those pieces that come next. Raises CutShortError for what is too far."""
        if offset + len(data) > _FARTHEST:
            raise TruncatedError
        before = self._waiting.get(offset)
        if before is None or len(before[0]) < len(data):
            self._waiting[offset] = data, origin
        for start in sorted(self._waiting):
            if start > self._at:
                return
            piece, made_of = self._waiting.pop(start)
            known = self._at - start
            if fresh := piece[known:]:
                self._at += len(fresh)
                yield fresh, made_of.after(known)
