"""A direction of a connection that the compiled part reads: its memory, and its key."""

from __future__ import annotations

import ctypes
import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard_capture.native.structures import Extent
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import PackedSpans
from overheard_capture.reassembly.history import HISTORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.native.structures import NativeDirection
    from overheard_capture.packets import Endpoint
    from overheard_capture.reassembly.direction import Direction

# The numbers of bytes and of segments that are collected before they are delivered.
BLOCK, EXTENTS = 512 << 10, 4096


class BlockMemory:
    """Memory for a block and its extents."""

    __slots__ = ("block", "extents", "extents_at", "view", "words")

    def __init__(self) -> None:
        self.view = memoryview(bytearray(BLOCK))
        self.block = ctypes.addressof(ctypes.c_uint8.from_buffer(self.view))
        self.extents = (Extent * EXTENTS)()
        self.extents_at = ctypes.addressof(self.extents)
        self.words = memoryview(self.extents).cast("B").cast("I")


class OffloadedDirection:
    """A direction in the compiled part. It alternates between two memories, as one may still be in use."""

    __slots__ = ("direction", "index", "memories", "shared")

    def __init__(self, direction: Direction, index: int, shared: NativeDirection, memories: list[BlockMemory]) -> None:
        self.direction, self.index, self.shared, self.memories = direction, index, shared, memories
        self._use_memory()

    def _use_memory(self) -> None:
        memory = self.memories[0]
        self.shared.block, self.shared.extents = memory.block, memory.extents_at

    def deliver(self) -> None:
        """Deliver the collected bytes."""
        shared, memory = self.shared, self.memories[0]
        if shared.fill:
            view = memory.view[: shared.fill]
            pieces = PackedSpans(memory.words[: 4 * shared.extents_fill])
            if shared.fill >= HISTORY:
                # This block is kept for comparison with retransmissions, so switch to the other memory.
                self.memories.reverse()
                self._use_memory()
            shared.fill = shared.extents_fill = 0
            self.direction.deliver_block(view, Origin(pieces))
        if shared.closed:
            self.direction.close_here()
        self.direction.advance_to(shared.reached, shared.acknowledged)


def key_of(source: Endpoint, target: Endpoint) -> bytes:
    """The key of a direction in the compiled part: both addresses as 16 bytes each, then both ports."""
    ends = [_packed(source.address), _packed(target.address)]
    ports: Sequence[int] = (source.port, target.port)
    return b"".join((*ends, *(port.to_bytes(2, "big") for port in ports)))


@lru_cache(maxsize=1024)
def _packed(address: str) -> bytes:
    packed = ipaddress.ip_address(address).packed
    return packed if len(packed) == 16 else packed + b"\x04" + bytes(11)
