"""Multipath TCP (RFC 8684): one stream of bytes over several connections, in an order that options give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets import SYN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.packets import Segment

_END_OF_OPTIONS, _NO_OPERATION, _MPTCP = 0, 1, 30
_MP_CAPABLE, _MP_JOIN, _DSS = 0, 1, 2
# Flags of a data sequence signal (RFC 8684, 3.3).
_LONG_NUMBER, _MAPPING, _LONG_ACK, _HAS_ACK = 8, 4, 2, 1


class Subflow:
    """What the options of a connection say about its place in a multipath connection.

    `scattered` is whether its bytes may be a part of a stream, or in another order than that of their sequence numbers.
    """

    __slots__ = ("_capable", "_distances", "scattered")

    def __init__(self) -> None:
        self.scattered = False
        # Whether an own multipath connection was agreed on; and of each sender's bytes, how far their data sequence
        # numbers are ahead of those of the subflow.
        self._capable = False
        self._distances: dict[bool, int] = {}

    def add(self, segment: Segment, *, from_client: bool) -> None:
        """Add the options of a segment."""
        for option in options_of(segment.options):
            subtype = option[0] >> 4
            if subtype == _MP_CAPABLE:
                self._capable = True
            elif subtype == _MP_JOIN and segment.flags & SYN:
                self.scattered = True
            elif subtype == _DSS and (distance := _distance(option)) is not None:
                in_order = self._distances.setdefault(from_client, distance) == distance
                self.scattered = self.scattered or not (in_order and self._capable)


def may_have(options: bytes) -> bool:
    """Whether there may be an option of Multipath TCP among these."""
    return _MPTCP in options


def options_of(options: bytes) -> Iterator[bytes]:
    """The values of the options of Multipath TCP."""
    at = 0
    while at + 2 < len(options) and options[at] != _END_OF_OPTIONS:
        if options[at] == _NO_OPERATION:
            at += 1
            continue
        length = options[at + 1]
        if options[at] == _MPTCP and length > 2:
            yield options[at + 2 : at + length]
        at += max(length, 2)


def _distance(signal: bytes) -> int | None:
    """How far a mapping moves the bytes of a subflow; None if there is no mapping of bytes (RFC 8684, 3.3.1)."""
    flags = signal[1] if len(signal) > 1 else 0
    if not flags & _MAPPING:
        return None
    begins = 2 + ((8 if flags & _LONG_ACK else 4) if flags & _HAS_ACK else 0)
    ends = begins + (8 if flags & _LONG_NUMBER else 4)
    number, within = int.from_bytes(signal[begins:ends]), int.from_bytes(signal[ends : ends + 4])
    # The end of the data alone has no place in the subflow.
    return (number - within) % 0x100000000 if within else None
