"""Reads a capture with the compiled part, and passes on to Python the frames that this does not handle."""

from __future__ import annotations

import ctypes
import os
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from overheard_capture.captures.frame import Frame
from overheard_capture.native.structures import (
    ENDED,
    FRAME,
    FULL,
    MAX_INTERFACES,
    MORE,
    RECORD,
    REST,
    Extent,
    NativeDirection,
    NativeWalker,
)
from overheard_capture.packets.assigned import LINKTYPE_ETHERNET
from overheard_capture.provenance.spans import PackedSpans
from overheard_capture.scan.offloaded import BLOCK, EXTENTS, BlockMemory, OffloadedDirection, key_of

if TYPE_CHECKING:
    from overheard_capture.captures.capture_format import Layout
    from overheard_capture.captures.reader import Chunk
    from overheard_capture.packets import Endpoint
    from overheard_capture.reassembly.connection import Connection

# The maximum number of connections that are offloaded at a time.
_MAX_OFFLOADED = 64
# How many segments Python handles before a connection is offloaded: SYN and its answer, which have numbers of free
# choice; and before it is offloaded again, as offloading costs as much as reading several segments.
_OPENING, _AGAIN = 2, 16
_SLOTS, _EMPTY = 1024, -1
_NO_LINK = bytes(12)


class FrameSink(Protocol):
    """Takes the frames that the compiled part passes on, and counts those that it handled."""

    def take(self, frame: Frame) -> None:
        """Read a frame."""

    def add_walked(self, frames: int, size: int, payload: int, now: float) -> None:
        """Count handled frames: their number, bytes, payload bytes, and the time of the last."""

    def search_unclaimed(self, data: memoryview, pieces: PackedSpans) -> None:
        """Search the bytes around payloads."""


class OffloadedConnection:
    """A connection that the compiled part handles."""

    def __init__(
        self, walker: Walker, connection: Connection, directions: tuple[OffloadedDirection, OffloadedDirection]
    ) -> None:
        self._walker = walker
        self.connection = connection
        self.directions = directions

    def deliver(self) -> None:
        """Deliver the collected bytes: the client's first, as the server's may be the response."""
        for direction in self.directions:
            direction.deliver()
        shared = self.directions[0].shared
        if shared.segments or self.directions[1].shared.segments:
            self.connection.note_segments(self._walker.time(shared.interface, shared.ticks))

    def release(self) -> None:
        """Stop offloading the connection: Python handles it again."""
        self.deliver()
        self._walker.release(self)


class Walker:
    """Runs the compiled part for one reading."""

    def __init__(self, library: ctypes.CDLL, reading: FrameSink) -> None:
        self._library = library
        self._reading = reading
        self._layout: Layout | None = None
        self._directions = (NativeDirection * (2 * _MAX_OFFLOADED))()
        for direction in self._directions:
            direction.capacity, direction.extents_capacity = BLOCK, EXTENTS
        self._slots = (ctypes.c_int32 * _SLOTS)(*[_EMPTY] * _SLOTS)
        self._rest = memoryview(bytearray(BLOCK))
        self._rest_extents = (Extent * (2 * EXTENTS))()
        self._rest_words = memoryview(self._rest_extents).cast("B").cast("I")
        self._shared = NativeWalker(
            directions=ctypes.addressof(self._directions),
            slots=ctypes.addressof(self._slots),
            direction_count=len(self._directions),
            slot_mask=_SLOTS - 1,
            seed=int.from_bytes(os.urandom(4)),
            rest=ctypes.addressof(ctypes.c_uint8.from_buffer(self._rest)),
            rest_capacity=BLOCK,
            rest_extents=ctypes.addressof(self._rest_extents),
            rest_extents_capacity=2 * EXTENTS,
        )
        self._armed: OrderedDict[int, OffloadedConnection] = OrderedDict()
        self._free = [2 * pair for pair in range(_MAX_OFFLOADED)]
        self._spare: list[BlockMemory] = []

    # ---- walking

    def read(self, chunk: Chunk) -> None:
        """Read a chunk of a file."""
        shared, library, reading = self._shared, self._library, self._reading
        data = ctypes.c_uint8.from_buffer(chunk.view)
        at = ctypes.c_uint64()
        arguments = ctypes.byref(shared), ctypes.byref(data), ctypes.c_uint64(chunk.end), ctypes.byref(at)
        self._set_layout(chunk.format.layout)
        while not chunk.exhausted:
            shared.frame = number = chunk.format.number
            at.value = chunk.at
            status = library.walk(*arguments)
            if shared.frame != number:
                self._report_frames(shared.frame - number)
                chunk.format.number = shared.frame
            chunk.at = at.value
            if status == FRAME:
                reading.take(self._frame(chunk))
            elif status == FULL:
                self._armed[shared.at >> 1].deliver()
            elif status == ENDED:
                self._armed[shared.at >> 1].connection.finish()
            elif status == REST:
                self.flush_unclaimed()
            elif status in (RECORD, MORE):
                before = chunk.at
                frame = chunk.record()
                if frame is not None:
                    reading.take(frame)
                elif chunk.at != before:
                    self._set_layout(chunk.format.layout)
        # The pointer must not outlive this call: the memory is reused.
        del data, arguments

    def _frame(self, chunk: Chunk) -> Frame:
        """The frame that the compiled part leaves to Python, read like `Chunk.record`."""
        shared = self._shared
        chunk.at = shared.frame_after
        chunk.format.number = number = shared.frame + 1
        interface, begin, length = shared.frame_interface, shared.frame_at, shared.frame_length
        time, captured = self.time(interface, shared.frame_ticks), bytes(chunk.view[begin : begin + length])
        return Frame(number, time, shared.interfaces[interface].link_type, length, captured)

    def _set_layout(self, layout: Layout) -> None:
        if layout == self._layout:
            return
        # Deliver everything first: the collected frames have timestamps of the old interfaces.
        for offload in self._armed.values():
            offload.deliver()
        self._layout, shared = layout, self._shared
        shared.pcapng = layout.kind == "pcapng"
        shared.swapped = layout.order == ">"
        interfaces = layout.interfaces[:MAX_INTERFACES]
        shared.interface_count = len(interfaces)
        for index, interface in enumerate(interfaces):
            shared.interfaces[index].link_type = interface.link_type
            shared.interfaces[index].usable = layout.header != 24

    def _report_frames(self, frames: int) -> None:
        shared = self._shared
        self._reading.add_walked(frames, shared.bytes, shared.payload, self.time(shared.interface, shared.ticks))
        shared.bytes = shared.payload = 0

    def time(self, interface: int, ticks: int) -> float:
        """A timestamp of an interface, in seconds since the epoch."""
        if self._layout is None or interface >= len(self._layout.interfaces):
            return 0.0
        clock = self._layout.interfaces[interface]
        if self._layout.kind == "pcap":
            return (ticks >> 32) + (ticks & 0xFFFFFFFF) / clock.ticks
        return clock.epoch + ticks / clock.ticks

    def flush_unclaimed(self) -> None:
        """Pass on the bytes around payloads to be searched."""
        shared = self._shared
        pieces = PackedSpans(self._rest_words[: 4 * shared.rest_extents_fill])
        self._reading.search_unclaimed(self._rest[: shared.rest_fill], pieces)
        shared.rest_fill = shared.rest_extents_fill = 0

    # ---- connections

    def offer(self, connection: Connection, side: Endpoint, frame: Frame) -> None:
        """Offload a connection, of which a frame of one side was read, if both directions are in a steady state."""
        if frame.link_type == LINKTYPE_ETHERNET:
            connection.links[side] = frame.data[:12]
        if (
            connection.handled < (_AGAIN if connection.released else _OPENING)
            or connection.finished
            or connection.subflow is not None
            or not all(direction.in_order for direction in connection.directions)
        ):
            return
        connection.deliver()
        if not self._free:
            next(iter(self._armed.values())).release()
        first = self._free.pop()
        directions = [
            OffloadedDirection(direction, first + at, self._directions[first + at], [self._memory(), self._memory()])
            for at, direction in enumerate(connection.directions)
        ]
        for offloaded in directions:
            direction = offloaded.direction
            key = key_of(direction.source, direction.target)
            link = connection.links.get(direction.source, _NO_LINK)
            self._library.arm(ctypes.byref(self._shared), offloaded.index, key, link, *direction.sequence_numbers)
        connection.offload = self._armed[first >> 1] = OffloadedConnection(
            self, connection, (directions[0], directions[1])
        )

    def _memory(self) -> BlockMemory:
        return self._spare.pop() if self._spare else BlockMemory()

    def release(self, offload: OffloadedConnection) -> None:
        """Remove a connection from the compiled part."""
        for direction in offload.directions:
            self._library.disarm(ctypes.byref(self._shared), direction.index)
            # Copy the history, as the memory will be reused.
            direction.direction.history.copy_blocks()
            self._spare += direction.memories
        del self._armed[offload.directions[0].index >> 1]
        self._free.append(offload.directions[0].index)
        connection = offload.connection
        connection.offload, connection.released, connection.handled = None, True, 0
