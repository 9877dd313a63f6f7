"""SCTP: its user messages, put together of their chunks (RFC 9260, 3.3.1 and 6.9; RFC 8260, 2.1)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.packets.bounded import ReassemblyTable, RecentlySeen
from overheard_capture.packets.types import Fragment, Packet, SctpMessage
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.packets.decapsulate import Encapsulated, Packets

_DATA, _INTERLEAVED = 0, 64
# How the two ends begin and end, what they have received, and which addresses they have.
_OF_THE_NETWORK = {*range(1, 16), 128, 130, 132, 192, 193, 194}
_BEGINS, _ENDS, _UNORDERED = 2, 1, 4
_CHUNK, _PLAIN, _NUMBERED = struct.Struct(">BBH"), struct.Struct(">IHHI"), struct.Struct(">IHHII")

Group = tuple[bytes, int, int, int]


class _DataChunk(NamedTuple):
    """A part of a message. In its `group`, the one with the next number comes next."""

    group: Group
    number: int
    flags: int
    stream: int
    protocol: int
    at: int
    data: bytes
    whole: bool
    origin: Origin

    def message(self, pdu: Encapsulated, data: bytes, origin: Origin | None) -> SctpMessage:
        """What begins with it."""
        spans = () if origin is None else tuple(origin.sliced(0, len(data)))
        at = 0 if spans else self.at
        return SctpMessage(pdu.buffer.frame, *pdu.ports(), self.stream, self.protocol, at, data, spans)


class _ChunkGroup:
    """Chunks that wait, and the stretches of numbers that they make: each by its first, and by its last."""

    __slots__ = ("chunks", "first_of", "last_of")

    def __init__(self) -> None:
        self.chunks: dict[int, _DataChunk] = {}
        self.first_of: dict[int, int] = {}
        self.last_of: dict[int, int] = {}

    def add(self, chunk: _DataChunk) -> list[_DataChunk]:
        """Take in a chunk: those of its message, if it is complete now."""
        first = last = chunk.number
        self.chunks[first] = chunk
        before, after = (first - 1) % 2**32, (last + 1) % 2**32
        if not chunk.flags & _BEGINS and before in self.first_of and not self.chunks[before].flags & _ENDS:
            first = self.first_of.pop(before)
            del self.last_of[first]
        if not chunk.flags & _ENDS and after in self.last_of and not self.chunks[after].flags & _BEGINS:
            last = self.last_of.pop(after)
            del self.first_of[last]
        if self.chunks[first].flags & _BEGINS and self.chunks[last].flags & _ENDS:
            count = (last - first) % 2**32 + 1
            return [self.chunks.pop((first + ahead) % 2**32) for ahead in range(count)]
        self.first_of[last], self.last_of[first] = first, last
        return []


class SctpReassembler:
    """Messages of which a part is missing. `disputed` counts chunks that came twice, and differ."""

    def __init__(self) -> None:
        self.waiting = ReassemblyTable[Group, _ChunkGroup]()
        self.disputed = 0
        self._done = RecentlySeen()

    def packets(self, pdu: Encapsulated) -> Packets:
        """What is in a packet of SCTP."""
        found: dict[Packet, None] = {}
        for kind, chunk in _chunks(pdu):
            if chunk:
                found[self._add(pdu, chunk)] = None
            elif kind not in _OF_THE_NETWORK:
                found.update(dict.fromkeys(pdu.other()))
        return tuple(found) or pdu.control()

    def _add(self, pdu: Encapsulated, chunk: _DataChunk) -> Packet:
        if chunk.flags & _BEGINS and chunk.flags & _ENDS:
            return chunk.message(pdu, chunk.data, chunk.origin if pdu.buffer.origin else None)
        # One that was cut short makes no message: its neighbours wait for it in vain.
        if not chunk.whole:
            return Fragment(pdu.buffer.frame)
        seen = (chunk.group, chunk.number, hash(chunk.data))
        group = self.waiting.entries.get(chunk.group) or _ChunkGroup()
        known = group.chunks.get(chunk.number)
        if known or seen in self._done:
            self.disputed += known is not None and known.data != chunk.data
            return Fragment(pdu.buffer.frame)
        self.waiting.keep(chunk.group, group, len(chunk.data))
        chunks = group.add(chunk)
        if not chunks:
            return Fragment(pdu.buffer.frame)
        for each in chunks:
            self.waiting.release(chunk.group, len(each.data))
            self._done.add((each.group, each.number, hash(each.data)))
        if not group.chunks:
            self.waiting.pop(chunk.group)
        data = b"".join(each.data for each in chunks)
        return chunks[0].message(pdu, data, joined((each.origin, 0, len(each.data)) for each in chunks))


def _chunks(pdu: Encapsulated) -> Iterator[tuple[int, _DataChunk | None]]:
    """The kinds of the chunks of a packet, and those that are of messages."""
    data, at = pdu.buffer.data, pdu.at + 12
    end = min(pdu.end, len(data))
    while at + 4 <= end:
        kind, flags, length = _CHUNK.unpack_from(data, at)
        if length < 4:
            yield -1, None
            return
        yield kind, _chunk(pdu, kind, flags, at, length) if kind in {_DATA, _INTERLEAVED} else None
        at += length + -length % 4


def _chunk(pdu: Encapsulated, kind: int, flags: int, at: int, length: int) -> _DataChunk:
    data, between = pdu.buffer.data, pdu.ends + pdu.buffer.data[pdu.at : pdu.at + 8]
    if kind == _DATA:
        number, stream, _, protocol = _PLAIN.unpack_from(data, at + 4)
        begins, group = at + 16, (between, -1, -1, -1)
    else:
        _, stream, _, message, protocol = _NUMBERED.unpack_from(data, at + 4)
        # Of the first chunk it is the protocol, of the others their number.
        number = 0 if flags & _BEGINS else protocol
        begins, group = at + 20, (between, stream, message, flags & _UNORDERED)
    end = at + length
    if begins > end:
        raise ValueError
    whole, origin = end <= min(pdu.end, len(data)), pdu.buffer.origin_of(begins, end)
    return _DataChunk(group, number, flags, stream, protocol, begins, data[begins:end], whole, origin)
