"""Walks over a capture with the compiled part, and does in Python whatever that leaves."""

from __future__ import annotations

import ctypes
import ipaddress
import os
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from overheard_capture.native.structures import (
    FULL,
    MAX_INTERFACES,
    MORE,
    RECORD,
    REST,
    Extent,
    NativeDirection,
    NativeWalker,
)
from overheard_capture.provenance.origin import Origin, PackedSpans
from overheard_capture.reassembly.direction import HISTORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.captures.container import Layout
    from overheard_capture.captures.frame import Frame
    from overheard_capture.captures.reader import Chunk
    from overheard_capture.packets import Endpoint
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.direction import Direction

# How many connections the compiled part knows at a time, and how many segments one must have had since it was left to
# Python: to arm it costs as much as to read some.
_MOST, _PATIENCE = 64, 8
# Bytes and segments that are put together before they are handed on.
_BLOCK, _EXTENTS = 512 << 10, 4096
_SLOTS = 1024
_FREE, _GONE = -1, -2


class FrameSink(Protocol):
    """Takes the frames that the compiled part leaves to Python, and is told of those that it passed over."""

    def take(self, frame: Frame) -> None:
        """Read one more frame."""

    def walked(self, frames: int, size: int, payload: int, now: float) -> None:
        """`frames` frames of `size` bytes with `payload` bytes of payload were passed over, the last at `now`."""

    def search_rest(self, data: memoryview, pieces: PackedSpans) -> None:
        """Search what is around payloads."""


class _BlockMemory:
    """Memory for a block and its extents."""

    __slots__ = ("block", "extents", "view", "words")

    def __init__(self) -> None:
        self.view = memoryview(bytearray(_BLOCK))
        self.block = ctypes.addressof(ctypes.c_uint8.from_buffer(self.view))
        self.extents = (Extent * _EXTENTS)()
        self.words = memoryview(self.extents).cast("B").cast("I")


class _OffloadedDirection:
    """One side, as the compiled part knows it. It writes to one memory while what is in the other is still needed."""

    __slots__ = ("direction", "index", "memories", "shared")

    def __init__(self, direction: Direction, index: int, shared: NativeDirection, memories: list[_BlockMemory]) -> None:
        self.direction, self.index, self.shared, self.memories = direction, index, shared, memories
        sequence, reached = direction.sequence_numbers
        shared.key[:] = _key(direction.source, direction.target)
        shared.other = index ^ 1
        shared.next, shared.reached = sequence, reached
        shared.fill = shared.extents_fill = shared.segments = 0
        shared.capacity, shared.extents_capacity = _BLOCK, _EXTENTS
        self._point()
        shared.armed = direction.in_order

    def _point(self) -> None:
        memory = self.memories[0]
        self.shared.block, self.shared.extents = memory.block, ctypes.addressof(memory.extents)

    def deliver(self) -> None:
        """Hand on what was put together."""
        shared, memory = self.shared, self.memories[0]
        if shared.fill:
            view = memory.view[: shared.fill]
            pieces = PackedSpans(memory.words[: 4 * shared.extents_fill])
            if shared.fill >= HISTORY:
                # It is kept, to hold what is sent again against: what follows goes elsewhere.
                self.memories.reverse()
                self._point()
            shared.fill = shared.extents_fill = 0
            self.direction.deliver_block(view, Origin(pieces))
        self.direction.advance_to(shared.reached)


class OffloadedConnection:
    """A connection that is with the compiled part."""

    def __init__(
        self, walker: Walker, connection: Connection, halves: tuple[_OffloadedDirection, _OffloadedDirection]
    ) -> None:
        self._walker = walker
        self.stream = connection
        self.halves = halves

    def deliver(self) -> None:
        """Hand on what both sides said so far: the client's first, for the server's may be the answer to it."""
        for half in self.halves:
            half.deliver()
        shared = self.halves[0].shared
        if shared.segments or self.halves[1].shared.segments:
            self.stream.ended = max(self.stream.ended, self._walker.time(shared.interface, shared.ticks))

    def release(self) -> None:
        """Leave it to Python from here on."""
        self.deliver()
        self._walker.release(self)


class Walker:
    """The compiled part at work for one reading."""

    def __init__(self, library: ctypes.CDLL, reading: FrameSink) -> None:
        self._library = library
        self._reading = reading
        self._layout: Layout | None = None
        self._directions = (NativeDirection * (2 * _MOST))()
        self._slots = (ctypes.c_int32 * _SLOTS)(*[_FREE] * _SLOTS)
        self._gone = 0
        self._rest = memoryview(bytearray(_BLOCK))
        self._rest_extents = (Extent * (2 * _EXTENTS))()
        self._rest_words = memoryview(self._rest_extents).cast("B").cast("I")
        self._shared = NativeWalker(
            directions=ctypes.addressof(self._directions),
            slots=ctypes.addressof(self._slots),
            slot_mask=_SLOTS - 1,
            seed=int.from_bytes(os.urandom(4)),
            rest=ctypes.addressof(ctypes.c_uint8.from_buffer(self._rest)),
            rest_capacity=_BLOCK,
            rest_extents=ctypes.addressof(self._rest_extents),
            rest_extents_capacity=2 * _EXTENTS,
        )
        self._armed: OrderedDict[int, OffloadedConnection] = OrderedDict()
        self._free = [2 * pair for pair in range(_MOST)]
        self._spare: list[_BlockMemory] = []

    # ---- walking

    def read(self, chunk: Chunk) -> None:
        """Read a piece of a file."""
        shared, library, reading = self._shared, self._library, self._reading
        data = ctypes.c_uint8.from_buffer(chunk.view)
        at = ctypes.c_uint64()
        self._lay_out(chunk.container.layout)
        while not chunk.exhausted:
            shared.frame, at.value = chunk.container.number, chunk.at
            why = library.walk(ctypes.byref(shared), ctypes.byref(data), ctypes.c_uint64(chunk.end), ctypes.byref(at))
            self._account(shared.frame - chunk.container.number)
            chunk.container.number, chunk.at = shared.frame, at.value
            if why == FULL:
                self._armed[shared.full >> 1].deliver()
            elif why == REST:
                self.deliver_rest()
            elif why in (RECORD, MORE):
                before = chunk.at
                frame = chunk.record()
                if frame is not None:
                    reading.take(frame)
                elif chunk.at != before:
                    self._lay_out(chunk.container.layout)
        # What is in there belongs to a memory that is used again.
        del data

    def _lay_out(self, layout: Layout) -> None:
        if layout == self._layout:
            return
        # Its frames are timed by clocks that may be no more.
        for offload in self._armed.values():
            offload.deliver()
        self._layout, shared = layout, self._shared
        shared.pcapng = layout.kind == "pcapng"
        shared.swapped = layout.order == ">"
        known = layout.interfaces[:MAX_INTERFACES]
        shared.interface_count = len(known)
        for index, interface in enumerate(known):
            shared.interfaces[index].link_type = interface.link_type
            shared.interfaces[index].usable = layout.header != 24

    def _account(self, frames: int) -> None:
        shared = self._shared
        if frames:
            self._reading.walked(frames, shared.bytes, shared.payload, self.time(shared.interface, shared.ticks))
            shared.bytes = shared.payload = 0

    def time(self, interface: int, ticks: int) -> float:
        """When that was, in seconds since the epoch."""
        if self._layout is None or interface >= len(self._layout.interfaces):
            return 0.0
        clock = self._layout.interfaces[interface]
        if self._layout.kind == "pcap":
            return (ticks >> 32) + (ticks & 0xFFFFFFFF) / clock.ticks
        return clock.epoch + ticks / clock.ticks

    def deliver_rest(self) -> None:
        """Have what is around the payloads searched."""
        shared = self._shared
        pieces = PackedSpans(self._rest_words[: 4 * shared.rest_extents_fill])
        self._reading.search_rest(self._rest[: shared.rest_fill], pieces)
        shared.rest_fill = shared.rest_extents_fill = 0

    # ---- connections

    def offer(self, connection: Connection) -> None:
        """Take a connection over, if it is plain what comes next of both its sides."""
        if (
            connection.handled < _PATIENCE
            or connection.finished
            or not all(direction.in_order for direction in connection.directions)
        ):
            return
        connection.deliver()
        if not self._free:
            next(iter(self._armed.values())).release()
        first = self._free.pop()
        halves = [
            _OffloadedDirection(direction, first + at, self._directions[first + at], [self._memory(), self._memory()])
            for at, direction in enumerate(connection.directions)
        ]
        for half in halves:
            self._enter(half)
        connection.offload = self._armed[first >> 1] = OffloadedConnection(self, connection, (halves[0], halves[1]))

    def _memory(self) -> _BlockMemory:
        return self._spare.pop() if self._spare else _BlockMemory()

    def _enter(self, half: _OffloadedDirection) -> None:
        slot = self._slot(half.shared)
        while self._slots[slot] >= 0:
            slot = (slot + 1) % _SLOTS
        self._gone -= self._slots[slot] == _GONE
        self._slots[slot] = half.index

    def _slot(self, shared: NativeDirection) -> int:
        return int(self._library.slot_of(ctypes.byref(self._shared), shared.key))

    def release(self, offload: OffloadedConnection) -> None:
        """Forget a connection."""
        for half in offload.halves:
            slot = self._slot(half.shared)
            while self._slots[slot] != half.index:
                slot = (slot + 1) % _SLOTS
            self._slots[slot] = _GONE
            self._gone += 1
            # Its memory is another's from now on.
            half.direction.own_history()
            half.shared.armed = 0
            self._spare += half.memories
        del self._armed[offload.halves[0].index >> 1]
        self._free.append(offload.halves[0].index)
        offload.stream.offload, offload.stream.handled = None, 0
        if self._gone > _SLOTS // 2:
            self._clear()

    def _clear(self) -> None:
        """Make the slots free again that were used once: who looks for a side passes over them."""
        ctypes.memset(self._slots, 0xFF, ctypes.sizeof(self._slots))
        self._gone = 0
        for offload in self._armed.values():
            for half in offload.halves:
                self._enter(half)


def _key(source: Endpoint, target: Endpoint) -> bytes:
    """How the compiled part tells sides apart: addresses of 16 bytes each, and the ports."""
    ends = [_packed(source.address), _packed(target.address)]
    ports: Sequence[int] = (source.port, target.port)
    return b"".join((*ends, *(port.to_bytes(2, "big") for port in ports)))


def _packed(address: str) -> bytes:
    packed = ipaddress.ip_address(address).packed
    return packed if len(packed) == 16 else packed + b"\x04" + bytes(11)
