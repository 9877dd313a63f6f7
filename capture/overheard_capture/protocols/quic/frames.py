"""Frames of Initial packets (RFC 9000, 12.4 and 19), and the crypto stream that they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets.usual_text import is_description
from overheard_capture.protocols.quic.packets import varint
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Origin

_PADDING, _PING, _ACK, _ACK_ECN, _CRYPTO, _CONNECTION_CLOSE = 0x00, 0x01, 0x02, 0x03, 0x06, 0x1C
# The maximum length of the crypto stream.
_MAX_CRYPTO_STREAM = 256 << 10
# Programs name errors, functions and files in a reason (`[handshake.cc:298]`).
_SIGNS = bytes.maketrans(b":[]()_.'", b" " * 8)


class DataFrame(NamedTuple):
    """A frame with data, and the range of its data in the payload.

    `offset` is that of a CRYPTO frame in the crypto stream; None if the data is the reason of a CONNECTION_CLOSE.
    """

    offset: int | None
    start: int
    end: int


def is_usual_reason(reason: bytes) -> bool:
    """Whether a reason of a CONNECTION_CLOSE is what programs say: known words, numbers, and the name of an error."""
    return is_description(reason.translate(_SIGNS))


def data_frames(payload: bytes) -> list[DataFrame] | None:
    """The frames with data of a payload; None if it contains a frame that is not allowed there."""
    try:
        return list(_parse_frames(payload))
    except TruncatedError:
        return None


def _parse_frames(payload: bytes) -> Iterator[DataFrame]:
    cursor = Cursor(payload)
    while cursor:
        kind = varint(cursor)
        if kind in (_ACK, _ACK_ECN):
            _skip_ack(cursor, 3 if kind == _ACK_ECN else 0)
        elif kind == _CRYPTO:
            offset, length = varint(cursor), varint(cursor)
            start = len(payload) - len(cursor)
            cursor.take(length)
            yield DataFrame(offset, start, start + length)
        elif kind == _CONNECTION_CLOSE:
            varint(cursor), varint(cursor)
            length = varint(cursor)
            start = len(payload) - len(cursor)
            cursor.take(length)
            yield DataFrame(None, start, start + length)
        elif kind == _PADDING:
            cursor = Cursor(bytes(cursor.rest()).lstrip(b"\0"))
        elif kind != _PING:
            raise TruncatedError


def _skip_ack(cursor: Cursor, ecn_counts: int) -> None:
    """Skip an ACK: largest, delay, range count, first range; two numbers a range; and ECN counts, if any."""
    varint(cursor), varint(cursor)
    ranges = varint(cursor)
    varint(cursor)
    for _ in range(2 * ranges + ecn_counts):
        varint(cursor)


class CryptoStream:
    """Reassembles the crypto stream. Retransmitted data is returned once."""

    def __init__(self) -> None:
        # The bytes that are in order.
        self._data = bytearray()
        self._buffered: dict[int, tuple[bytes, Origin]] = {}

    @property
    def incomplete(self) -> bool:
        """Whether data is buffered after a gap."""
        return bool(self._buffered)

    def has(self, offset: int) -> bool:
        """Whether data for this offset arrived before."""
        return offset < len(self._data) or offset in self._buffered

    def contradicts(self, offset: int, data: bytes) -> bool:
        """Whether other data arrived for these offsets before."""
        known = self._data[offset : offset + len(data)]
        if not data.startswith(known):
            return True
        for start, (other, _) in self._buffered.items():
            before, after = other[max(offset - start, 0) :], data[max(start - offset, 0) :]
            size = min(len(before), len(after))
            if before[:size] != after[:size]:
                return True
        return False

    def add(self, offset: int, data: bytes, origin: Origin) -> Iterator[tuple[bytes, Origin]]:
        """Add the data of a frame; yields data that is now in order. Raises TruncatedError if it is too long."""
        if offset + len(data) > _MAX_CRYPTO_STREAM:
            raise TruncatedError
        before = self._buffered.get(offset)
        if before is None or len(before[0]) < len(data):
            self._buffered[offset] = data, origin
        for start in sorted(self._buffered):
            if start > len(self._data):
                return
            piece, piece_origin = self._buffered.pop(start)
            overlap = len(self._data) - start
            if new := piece[overlap:]:
                self._data += new
                yield new, piece_origin.after(overlap)
