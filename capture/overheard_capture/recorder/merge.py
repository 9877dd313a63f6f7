"""Two recorders, one recording: the packets of two files in the order of time, each at the interface that it was on.

mergecap does that, too, and leaves out the statistics of the interfaces, which say whether packets were dropped.
"""

from __future__ import annotations

import heapq
import struct
from collections import defaultdict
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from overheard_capture.captures.recording import digest
from overheard_capture.recorder.blocks import INTERFACE, PACKET, REST, SECTION, STATISTICS, blocks
from overheard_capture.recorder.notes import write_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.words.recording import Recording

# After the head of a packet or of statistics: the number of the interface and, in two halves, the time.
_NUMBER, _TIME = struct.Struct("=I"), struct.Struct("=II")
_NUMBER_AT, _TIME_AT = 8, 12


def merge(path: Path, notes: Recording, other: Path, other_notes: Recording, *, place: str) -> Recording:
    """Put the packets of the file `other`, which was recorded at `place`, into that at `path`; return the new notes.

    Both must be dumpcap's, of the same version, as their times are in the same unit. What either lacks, such as
    statistics or a whole last block, is missing in the file, too: for the judge to see. Raises OSError.
    """
    merged = unfinished(path)
    with merged.open("wb") as file:
        merged.chmod(0o600)
        file.writelines(_merged(path, other))
    merged.replace(path)
    both = _notes(replace(notes, sha256=digest(path)), other_notes, place)
    write_notes(path, both)
    return both


def unfinished(path: Path) -> Path:
    """Where a merged file is written, until it is whole."""
    return path.with_name(f".{path.name}")


def _merged(path: Path, other: Path) -> Iterator[bytes]:
    first, second = _all_but_packets(path), _all_but_packets(other)
    yield from (*first[SECTION], *first[INTERFACE], *second[INTERFACE])
    shift = len(first[INTERFACE])
    yield from (block for _, block in heapq.merge(_packets(path, 0), _packets(other, shift), key=itemgetter(0)))
    yield from (*first[STATISTICS], *(_shifted(block, shift) for block in second[STATISTICS]))
    yield from (*first[REST], *second[REST])


def _all_but_packets(path: Path) -> dict[int, list[bytes]]:
    """The other blocks of a file, by kind."""
    found = defaultdict[int, list[bytes]](list)
    for kind, block in blocks(path):
        if kind != PACKET:
            found[kind].append(block)
    return found


def _packets(path: Path, shift: int) -> Iterator[tuple[int, bytes]]:
    """The packets of a file, each with its time."""
    for kind, block in blocks(path):
        if kind == PACKET:
            high, low = _TIME.unpack_from(block, _TIME_AT)
            yield high << 32 | low, _shifted(block, shift)


def _shifted(block: bytes, shift: int) -> bytes:
    """A block of an interface whose number is higher by `shift`."""
    (number,) = _NUMBER.unpack_from(block, _NUMBER_AT)
    return block[:_NUMBER_AT] + _NUMBER.pack(number + shift) + block[_NUMBER_AT + _NUMBER.size :]


def _notes(first: Recording, second: Recording, place: str) -> Recording:
    """The notes on both: whatever was wrong with one was wrong with the recording."""
    said = f"at {place}: {second.recorder_said}" if second.recorder_said else ""
    return replace(
        first,
        interface=f"{first.interface} and {place}'s {second.interface}",
        capture_filter=f"{first.capture_filter}; at {place}: {second.capture_filter}",
        started=min(first.started, second.started),
        ended=max(first.ended, second.ended),
        recorder_alive=first.recorder_alive and second.recorder_alive,
        exit_code=first.exit_code or second.exit_code,
        recorder_said="; ".join(filter(None, (first.recorder_said, said))),
        earlier_marks=",".join(filter(None, (first.earlier_marks, second.earlier_marks))),
        other_marks=f"{second.start_mark},{second.end_mark}",
    )
