"""The records of one direction (RFC 8446, 5.1; RFC 5246, 6.2), and the handshake messages that are in clear in them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
TYPES = range(20, 25)
# RFC 5246, 6.2.3: TLS 1.2 allows the longest.
_LONGEST = (1 << 14) + 2048
_HEAD = struct.Struct(">BBBH")


class Record(NamedTuple):
    """One record: its type, and where its content begins and ends in the bytes of the direction."""

    kind: int
    start: int
    end: int

    @property
    def length(self) -> int:
        """Of the content, in bytes."""
        return self.end - self.start


class Message(NamedTuple):
    """One handshake message (RFC 8446, 4): its type and body, and where it begins and ends in the direction."""

    kind: int
    body: bytes
    start: int
    end: int


def records(data: bytes | bytearray) -> list[Record]:
    """The records from the first byte on, up to one that is not whole, or to what is no record."""
    found: list[Record] = []
    offset = 0
    while offset + _HEAD.size <= len(data):
        kind, major, minor, length = _HEAD.unpack_from(data, offset)
        start, offset = offset + _HEAD.size, offset + _HEAD.size + length
        if kind not in TYPES or major != 3 or minor > 4 or not 0 < length <= _LONGEST or offset > len(data):
            break
        found.append(Record(kind, start, offset))
    return found


def messages(data: bytes | bytearray, among: Iterable[Record], *, throughout: bool) -> Iterator[Message]:
    """The handshake messages that are in clear, also those that several records share.

    Up to TLS 1.2 all is encrypted that follows ChangeCipherSpec. In TLS 1.3 that changes nothing (RFC 8446, D.4), and
    what is encrypted calls itself application data: read `throughout`.
    """
    pending, start = bytearray(), 0
    for record in among:
        if record.kind == CHANGE_CIPHER_SPEC and not throughout:
            return
        if record.kind != HANDSHAKE:
            continue
        start = start if pending else record.start
        pending += data[record.start : record.end]
        at = 0
        while (stop := _end_of_message(pending, at)) <= len(pending):
            # What is left behind a message that ends in this record is of this record, too.
            end = record.end - (len(pending) - stop)
            yield Message(pending[at], bytes(pending[at + 4 : stop]), start, end)
            at, start = stop, end
        del pending[:at]


def _end_of_message(data: bytearray, start: int) -> int:
    """Where the message that begins at `start` ends, be it there yet or not."""
    return start + 4 + int.from_bytes(data[start + 1 : start + 4], "big")
