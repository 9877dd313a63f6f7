"""Which frames tshark needs to dissect one: those of its conversations, and what numbers the conversations."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard_capture.captures.reader import CaptureReader
from overheard_capture.packets import Dissector, Segment
from overheard_capture.packets.types import ACK, SYN, Datagram, SctpMessage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets.types import Endpoint

# A capture with so few frames is dissected as it is, which takes tshark a quarter of a second.
_FEW = 4_000
# The most frames, and the most bytes, that tshark is given of a conversation. It reads so many in a second.
_MOST, _MOST_BYTES = 12_000, 16 << 20
# Of a longer one it is given the first, where handshakes are, and the last, which may complete a message. Nothing is
# put together or decrypted across what is missing between them, so more would be of no use.
_FIRST, _LAST = 400, 400


@dataclass(frozen=True)
class Excerpt:
    """The frames that tshark is given to dissect some frames: all that matters to them, up to the last one.

    `ends` are the endpoints of the conversations that these frames belong to. `left_out` is how many frames of these
    conversations exceeded the limits: what they carry is missing, so that later records cannot be decrypted.
    `from_client` says of these frames whether they come from the side that opened the connection, if that was seen.
    """

    last: int
    kept: frozenset[int] | range
    ends: frozenset[frozenset[Endpoint]] = frozenset()
    left_out: int = 0
    from_client: Mapping[int, bool] = field(default_factory=dict)


def excerpt_for(path: Path, frames: Collection[int]) -> Excerpt:
    """What tshark needs to dissect these frames of a capture. Raises UnreadableError."""
    seen, last = _Seen(frames), max(frames)
    for frame in CaptureReader([path]).frames():
        seen.add(frame)
        if frame.number >= last:
            break
    return seen.excerpt(last)


class _Seen:
    """The frames of each conversation, as they are read."""

    def __init__(self, wanted: Collection[int]) -> None:
        self._wanted = wanted
        self._dissector = Dissector()
        # A conversation is here twice, once for each direction.
        self._frames: dict[tuple[Endpoint, Endpoint], array[int]] = {}
        self._lengths = array("L", [0])
        # tshark counts conversations by their first frame, and one with the same ports as an earlier one by its SYN.
        self._first = set[int]()
        self._ends: set[tuple[Endpoint, Endpoint]] = set()
        # From which end connections were opened, and which frames come from it.
        self._clients: set[tuple[Endpoint, Endpoint]] = set()
        self._from_client: dict[int, bool] = {}

    def add(self, frame: Frame) -> None:
        number = frame.number
        self._lengths.append(len(frame.data))
        for packet in self._dissector.packets(frame):
            if not isinstance(packet, Segment | Datagram | SctpMessage):
                continue
            ends = packet.source, packet.target
            frames = self._frames.get(ends)
            if frames is None:
                self._frames[ends] = self._frames[ends[::-1]] = frames = array("L")
                self._first.add(number)
            if isinstance(packet, Segment) and packet.flags & SYN:
                self._first.add(number)
                self._clients.add(ends if not packet.flags & ACK else ends[::-1])
            frames.append(number)
            if packet.spans:
                # The other fragments of its packet.
                frames.extend({span.frame for span in packet.spans})
            if number in self._wanted:
                self._ends.add(ends)
                if ends in self._clients or ends[::-1] in self._clients:
                    self._from_client[number] = ends in self._clients

    def excerpt(self, last: int) -> Excerpt:
        ends = frozenset(map(frozenset, self._ends))
        if last <= _FEW and sum(self._lengths) <= _MOST_BYTES:
            return Excerpt(last, range(1, last + 1), ends, from_client=self._from_client)
        needed = sorted({number for each in self._ends for number in self._frames[each]})
        kept = self._within_limits(needed)
        return Excerpt(
            last, frozenset(self._first.union(kept, self._wanted)), ends, len(needed) - len(kept), self._from_client
        )

    def _within_limits(self, frames: list[int]) -> set[int]:
        """All of them, or, if they exceed the limits, some of the first and of the last."""
        if len(frames) <= _MOST and sum(self._lengths[number] for number in frames) <= _MOST_BYTES:
            return set(frames)
        kept = set(frames[:_FIRST])
        size = sum(self._lengths[number] for number in kept)
        for number in reversed(frames[_FIRST:][-_LAST:]):
            size += self._lengths[number]
            if size > _MOST_BYTES:
                break
            kept.add(number)
        return kept
