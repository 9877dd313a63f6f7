"""An index of TCP segments by frame. It needs a second pass over the file, as it is rarely used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.packets import Dissector, Segment
from overheard_capture.reassembly.connection import counted_only
from overheard_capture.reassembly.connections import ConnectionTable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class SegmentPayload(NamedTuple):
    """The payload of a TCP segment: its frame, offset and length there, and its connection and direction."""

    frame: int
    offset: int
    length: int
    connection: int
    direction: str


def index_segments(path: Path, frames: Collection[int]) -> dict[int, SegmentPayload]:
    """Index those of these frames that are TCP segments with payload."""
    if not frames:
        return {}
    last, found = max(frames), dict[int, SegmentPayload]()
    dissector, connections = Dissector(), ConnectionTable(counted_only, lambda _stream: None)
    for frame in CaptureReader([path]).frames():
        if frame.number > last:
            break
        for packet in dissector.packets(frame):
            if isinstance(packet, Segment):
                connection = connections.add(packet, frame.time)
                if frame.number in frames and packet.payload:
                    direction = f"{packet.source} → {packet.target}"
                    place = frame.number, packet.offset, len(packet.payload)
                    found[frame.number] = SegmentPayload(*place, connection.number, direction)
    return found
