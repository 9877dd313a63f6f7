"""The sequence numbers of one direction of a TCP connection (RFC 9293, 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets import FIN, RST, SYN

if TYPE_CHECKING:
    from overheard_capture.packets import Segment


class SequenceSpace:
    """Which positions were sent and acknowledged. Positions count from 0 at the first byte after SYN."""

    __slots__ = ("_acknowledged", "_base", "_closed_at", "_reached", "next", "opened")

    def __init__(self) -> None:
        self.opened = False
        # The position after the last reassembled byte.
        self.next = 0
        self._base: int | None = None
        # The position of FIN, once seen. FIN takes a sequence number, which is not a byte of the stream.
        self._closed_at: int | None = None
        # One past the highest position sent, or acknowledged by the peer; and one past the highest acknowledged one.
        self._reached = 0
        self._acknowledged = -1

    @property
    def closed(self) -> bool:
        """Whether its FIN was captured."""
        return self._closed_at is not None

    @property
    def end(self) -> int:
        """The position after the last byte known to have been sent."""
        # An acknowledged FIN counts towards `_reached`. If more was reached, FIN was not the end.
        return self._reached - (self._closed_at is not None and self._reached == self._closed_at + 1)

    @property
    def sequence_numbers(self) -> tuple[int, int, int]:
        """The next sequence number expected, and one past the highest one sent or acknowledged, and acknowledged."""
        base = self._base or 0
        next_, reached, acknowledged = (
            (base + each) % 0x100000000 for each in (self.next, self._reached, self._acknowledged)
        )
        return next_, reached, acknowledged

    def has_other_isn(self, syn: Segment) -> bool:
        """Whether its initial sequence number differs from that of `syn`."""
        return self.opened and self._base != (syn.sequence + 1) % 0x100000000

    def _position(self, sequence: int) -> int:
        """The position of a 32-bit sequence number, which wraps around at 2^32."""
        if self._base is None:
            self._base = sequence
        ahead = (sequence - self._base - self._reached + 0x80000000) % 0x100000000 - 0x80000000
        return self._reached + ahead

    def acknowledge(self, number: int) -> None:
        """Note that the peer acknowledged all bytes before the sequence number `number`."""
        if self._base is not None:
            position = self._position(number)
            self._acknowledged = max(self._acknowledged, position)
            self._reached = max(self._reached, position)

    def advance_to(self, reached: int, acknowledged: int) -> None:
        """Note the sequence numbers, in `sequence_numbers`, that the offload has seen sent or acknowledged."""
        self._reached = max(self._reached, self._position(reached))
        self.acknowledge(acknowledged)

    def close_here(self) -> None:
        """Note that its FIN follows the last reassembled byte."""
        self._closed_at = self.next

    def _probes(self, start: int, flags: int) -> bool:
        """Whether a single byte there is a keep-alive probe, whose byte is garbage that nobody reads.

        It takes the number of the last byte that was sent (RFC 9293, 3.8.4), which the peer has acknowledged.
        """
        acknowledged = start + 1 == self._reached and start < self._acknowledged
        return acknowledged and (start < self.next or start == self._closed_at) and not flags & (SYN | FIN | RST)
