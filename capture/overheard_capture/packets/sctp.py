"""SCTP: user messages, reassembled from DATA and I-DATA chunks (RFC 9260, 3.3.1 and 6.9; RFC 8260, 2.1)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets.bounded import ReassemblyTable, RecentlySeen
from overheard_capture.packets.numbers import note_number
from overheard_capture.packets.sctp_control import is_ordinary
from overheard_capture.packets.types import Fragment, Packet, SctpMessage
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.packets.pdu import Packets, Pdu

_DATA, _I_DATA = 0, 64
# Chunk types for setup, teardown, acknowledgement and address configuration.
_CONTROL_CHUNKS = {*range(1, 16), 128, 130, 132, 192, 193, 194}
_BEGINNING, _ENDING, _UNORDERED = 2, 1, 4
_HEADER_LENGTH = 12
# Chunks that open an association, and where a packet has their tag and first number.
_INITIATIONS, _INITIAL_NUMBERS = {1, 2}, {"initiate tags": 16, "initial TSNs": 28}
_CHUNK, _DATA_HEADER, _I_DATA_HEADER = struct.Struct(">BBH"), struct.Struct(">IHHI"), struct.Struct(">IHHII")

Group = tuple[bytes, int, int, int]


class _DataChunk(NamedTuple):
    """A DATA or I-DATA chunk. The chunk with the next `number` of the same `group` follows it."""

    group: Group
    number: int
    flags: int
    stream: int
    protocol: int
    at: int
    data: bytes
    whole: bool
    origin: Origin

    def message(self, pdu: Pdu, data: bytes, origin: Origin | None) -> SctpMessage:
        """The message that begins with this chunk."""
        spans = () if origin is None else tuple(origin.sliced(0, len(data)))
        at = 0 if spans else self.at
        return SctpMessage(pdu.buffer.frame, *pdu.ports(), self.stream, self.protocol, at, data, spans)


class _ChunkGroup:
    """Pending chunks, and the runs of consecutive numbers among them.

    `first_of` has the first number of each run, by its last; `last_of` has the last number, by the first.
    """

    __slots__ = ("chunks", "first_of", "last_of")

    def __init__(self) -> None:
        self.chunks: dict[int, _DataChunk] = {}
        self.first_of: dict[int, int] = {}
        self.last_of: dict[int, int] = {}

    def add(self, chunk: _DataChunk) -> list[_DataChunk]:
        """Add a chunk. Returns the chunks of its message if that is complete now, and otherwise none."""
        first = last = chunk.number
        self.chunks[first] = chunk
        before, after = (first - 1) % 2**32, (last + 1) % 2**32
        if not chunk.flags & _BEGINNING and before in self.first_of and not self.chunks[before].flags & _ENDING:
            first = self.first_of.pop(before)
            del self.last_of[first]
        if not chunk.flags & _ENDING and after in self.last_of and not self.chunks[after].flags & _BEGINNING:
            last = self.last_of.pop(after)
            del self.first_of[last]
        if self.chunks[first].flags & _BEGINNING and self.chunks[last].flags & _ENDING:
            count = (last - first) % 2**32 + 1
            return [self.chunks.pop((first + index) % 2**32) for index in range(count)]
        self.first_of[last], self.last_of[first] = first, last
        return []


class SctpReassembler:
    """Reassembles messages. `conflicting` counts chunks that were received twice with different bytes."""

    def __init__(self) -> None:
        self.pending = ReassemblyTable[Group, _ChunkGroup]()
        self.conflicting = 0
        self._completed = RecentlySeen()

    def packets(self, pdu: Pdu) -> Packets:
        """Add the chunks of an SCTP packet. Returns the messages that are complete now, and packets of other kinds."""
        if pdu.end < pdu.at + _HEADER_LENGTH:
            raise ValueError
        note_number(pdu, "SCTP checksums", pdu.at + 8, pdu.at + 12)
        if pdu.buffer.data[pdu.at + _HEADER_LENGTH] in _INITIATIONS:
            for field, at in _INITIAL_NUMBERS.items():
                note_number(pdu, f"SCTP {field}", pdu.at + at, pdu.at + at + 4)
        found: dict[Packet, None] = {}
        in_clear: list[tuple[str, int]] = []
        for kind, chunk, value in _chunks(pdu):
            if chunk:
                found[self._add(pdu, chunk)] = None
            elif kind not in _CONTROL_CHUNKS:
                found.update(dict.fromkeys(pdu.other()))
            elif not is_ordinary(kind, value):
                in_clear.append((f"SCTP chunk of type {kind}", len(value)))
        if in_clear or not found:
            found.update(dict.fromkeys(pdu.control(in_clear)))
        return tuple(found)

    def _add(self, pdu: Pdu, chunk: _DataChunk) -> Packet:
        if chunk.flags & _BEGINNING and chunk.flags & _ENDING:
            return chunk.message(pdu, chunk.data, chunk.origin if pdu.buffer.origin else None)
        # A message with a truncated chunk never becomes complete.
        if not chunk.whole:
            return Fragment(pdu.buffer.frame)
        seen = (chunk.group, chunk.number, hash(chunk.data))
        group = self.pending.entries.get(chunk.group) or _ChunkGroup()
        existing = group.chunks.get(chunk.number)
        if existing or seen in self._completed:
            self.conflicting += existing is not None and existing.data != chunk.data
            return Fragment(pdu.buffer.frame)
        self.pending.keep(chunk.group, group, len(chunk.data))
        chunks = group.add(chunk)
        if not chunks:
            return Fragment(pdu.buffer.frame)
        for each in chunks:
            self.pending.release(chunk.group, len(each.data))
            self._completed.add((each.group, each.number, hash(each.data)))
        if not group.chunks:
            self.pending.pop(chunk.group)
        data = b"".join(each.data for each in chunks)
        return chunks[0].message(pdu, data, joined((each.origin, 0, len(each.data)) for each in chunks))


def _chunks(pdu: Pdu) -> Iterator[tuple[int, _DataChunk | None, bytes]]:
    """The types of the chunks of a packet; the parsed chunk if it is DATA or I-DATA, and its value otherwise."""
    data, at = pdu.buffer.data, pdu.at + _HEADER_LENGTH
    end = min(pdu.end, len(data))
    while at + 4 <= end:
        kind, flags, length = _CHUNK.unpack_from(data, at)
        if length < 4:
            yield -1, None, b""
            return
        if kind in {_DATA, _I_DATA}:
            yield kind, _chunk(pdu, kind, flags, at, length), b""
        else:
            yield kind, None, data[at + 4 : min(at + length, end)]
        at += length + -length % 4


def _chunk(pdu: Pdu, kind: int, flags: int, at: int, length: int) -> _DataChunk:
    data, between = pdu.buffer.data, pdu.addresses + pdu.buffer.data[pdu.at : pdu.at + 8]
    if kind == _DATA:
        number, stream, _, protocol = _DATA_HEADER.unpack_from(data, at + 4)
        begins, group = at + 16, (between, -1, -1, -1)
    else:
        _, stream, _, message, protocol = _I_DATA_HEADER.unpack_from(data, at + 4)
        # The first I-DATA chunk has the payload protocol here, the others a fragment sequence number.
        number = 0 if flags & _BEGINNING else protocol
        begins, group = at + 20, (between, stream, message, flags & _UNORDERED)
    end = at + length
    if begins > end:
        raise ValueError
    whole, origin = end <= min(pdu.end, len(data)), pdu.buffer.origin_of(begins, end)
    return _DataChunk(group, number, flags, stream, protocol, begins, data[begins:end], whole, origin)
