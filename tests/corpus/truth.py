"""The ground truth: the location of the secret in a recording, found without the code under test.

Known bytes are searched for in the frames; if they span several frames, tshark's list of segments is used.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

# This many bytes identify the continuation of a datagram.
_FEWEST = 8
_FIELDS = ("frame.number", "tcp.stream", "tcp.srcport", "tcp.seq_raw", "tcp.payload")


class Part(NamedTuple):
    """Some bytes of a frame. Frames count from 1, offsets from 0."""

    frame: int
    offset: int
    length: int


class Segment(NamedTuple):
    """A TCP segment with data: its frame, its stream and direction, and its sequence number."""

    frame: int
    direction: tuple[str, str]
    sequence: int
    payload: bytes


def segments(recording: Path) -> list[Segment]:
    """All segments with data, by tshark."""
    command = ["tshark", "-r", str(recording), "-Y", "tcp.len > 0", "-T", "fields"]
    command += [part for field in _FIELDS for part in ("-e", field)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t") for line in said.splitlines())
    return [
        Segment(int(number), (stream, port), int(sequence), bytes.fromhex(payload))
        for number, stream, port, sequence, payload in lines
    ]


def parts(captured: list[bytes], known: list[Segment], wire: bytes) -> list[Part]:
    """The first occurrence of these bytes, in several parts if they are split; empty if there is none."""
    directions: dict[tuple[str, str], list[Segment]] = {}
    for segment in known:
        directions.setdefault(segment.direction, []).append(segment)
    # Bytes that are complete in one frame may be a retransmission of bytes split before.
    found = [_in_one_frame(captured, wire), *(_in_segments(each, captured, wire) for each in directions.values())]
    return min(filter(None, found), default=[]) or _in_fragments(captured, wire)


def _in_one_frame(captured: list[bytes], wire: bytes) -> list[Part]:
    for number, data in enumerate(captured, 1):
        if (at := data.find(wire)) >= 0:
            return [Part(number, at, len(wire))]
    return []


def _in_segments(direction: list[Segment], captured: list[bytes], wire: bytes) -> list[Part]:
    """The occurrence in one direction of a stream, of which the first copy of each byte counts."""

    def ahead(segment: Segment) -> int:
        # Sequence numbers wrap around at 2 ** 32.
        return (segment.sequence - direction[0].sequence + 2**31) % 2**32 - 2**31

    stream = bytearray()
    places: list[tuple[int, int]] = []
    first = min(map(ahead, direction))
    for segment in sorted(direction, key=lambda one: (ahead(one), one.frame)):
        missing = ahead(segment) - first - len(stream)
        if missing > 0:
            break
        offset = captured[segment.frame - 1].rindex(segment.payload)
        fresh = segment.payload[-missing:] if missing else segment.payload
        places += [(segment.frame, offset + len(segment.payload) - len(fresh) + n) for n in range(len(fresh))]
        stream += fresh
    at = stream.find(wire)
    return _together(places[at : at + len(wire)]) if at >= 0 else []


def _in_fragments(captured: list[bytes], wire: bytes) -> list[Part]:
    """The occurrence across consecutive frames, each of which ends with as many of the bytes as possible."""
    found: list[Part] = []
    for number, data in enumerate(captured, 1):
        rest = wire[sum(part.length for part in found) :]
        begins = data.find(rest[:_FEWEST])
        if rest and begins >= 0 and rest.startswith(data[begins:]):
            found.append(Part(number, begins, len(data) - begins))
    return found if sum(part.length for part in found) == len(wire) else []


def _together(places: list[tuple[int, int]]) -> list[Part]:
    found: list[Part] = []
    for frame, offset in places:
        if found and found[-1].frame == frame and found[-1].offset + found[-1].length == offset:
            found[-1] = found[-1]._replace(length=found[-1].length + 1)
        else:
            found.append(Part(frame, offset, 1))
    return found
