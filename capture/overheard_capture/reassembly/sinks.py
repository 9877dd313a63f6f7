"""Sinks: the interfaces that receive the bytes of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Origin


class ByteSink(Protocol):
    """Receives the reassembled bytes of one direction."""

    def feed(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Receive the next bytes."""

    def gap(self, length: int) -> None:
        """`length` bytes are missing here; 0 at the beginning, where their number is unknown."""

    def close(self) -> None:
        """No more bytes follow."""


class VariantSink(Protocol):
    """Receives bytes outside the stream: retransmissions that differ from the original or cannot be compared."""

    def __call__(self, data: bytes, origin: Origin) -> None:
        """Receive these bytes."""
