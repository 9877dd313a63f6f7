"""Windows: one recording follows another without a gap, and a flow is judged when it has ended.

The next recording begins before the last one ends, and both have the frames between: each frame belongs to the first
window that has it. Frames of a flow that is still open are carried on to the next window; all others are settled. So
every frame is settled once, together with all others of its flow.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.captures.reader import CaptureReader
from overheard_capture.captures.recording import digest
from overheard_capture.recorder.blocks import INTERFACE, PACKET, SECTION, FrameChoice, blocks
from overheard_capture.recorder.flows import WindowFlows
from overheard_capture.recorder.notes import write_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard.words.recording import Recording
    from overheard_capture.captures.frame import Frame

# A frame may have a slightly different time in each of two recordings, in seconds.
_JITTER = 0.01


class WindowFiles(NamedTuple):
    """The files of a window, in a folder of its own.

    `recorded` is the recording; `settled` is what is to be judged, with notes beside it; `carried` are the frames that
    are carried on to the next window, and `last` those that the next one may have, too. The last two are made only if
    there are such frames.
    """

    folder: Path

    @property
    def recorded(self) -> Path:
        """The recording, as dumpcap wrote it."""
        return self.folder / "recorded.pcapng"

    @property
    def settled(self) -> Path:
        """What is to be judged."""
        return self.folder / "settled.pcapng"

    @property
    def carried(self) -> Path:
        """What is carried on."""
        return self.folder / "carried.pcapng"

    @property
    def last(self) -> Path:
        """What the next recording may have, too."""
        return self.folder / "last.pcapng"


@dataclass(frozen=True)
class Settled:
    """What a window has: its own frames, and their bytes, without those carried on from the last one.

    `dropped` is how many packets the recorder dropped; None if that is unknown. `open` are the flows that are
    carried on, in words, and `outgrown` those that are too large for that.
    """

    frames: int
    bytes: int
    dropped: int | None
    open: tuple[str, ...] = ()
    outgrown: tuple[str, ...] = ()


def settle(
    before: WindowFiles, files: WindowFiles, recording: Recording, *, next_began: float | None, at_most: int
) -> Settled:
    """Divide a window into what is settled and what is carried on.

    `before` is the window before this one; its files may be missing. `next_began` is a moment before the next
    recording began; None if there is none, and everything is settled. At most `at_most` bytes are carried on: of the
    flows that do not fit, the largest are settled unfinished. Raises UnreadableError if nothing was recorded,
    and OSError.
    """
    now, twice = recording.ended, _Twice(before.last)
    flows, frames, size, kept = WindowFlows(), 0, 0, bytearray()
    recorded = CaptureReader([files.recorded])
    for frame, is_own in _frames(before.carried, recorded):
        kept.append(not (is_own and twice.has(frame)))
        if kept[-1]:
            flows.add(frame)
            frames += is_own
            size += is_own * len(frame.data)
    found, outgrown = ({}, []) if next_began is None else flows.carried(now, at_most)
    _divide(before, files, kept, lambda frame: flows.owner(frame, now) in found)
    if next_began is not None:
        _keep_last(files, next_began - _JITTER)
    write_notes(files.settled, replace(recording, sha256=digest(files.settled)))
    return Settled(frames, size, recorded.facts.dropped, tuple(found.values()), tuple(outgrown))


class _Twice:
    """The frames of the window before that this one may have again, each as often as it was there."""

    def __init__(self, path: Path) -> None:
        frames = list(CaptureReader([path]).frames()) if path.exists() else []
        self._until = max((frame.time for frame in frames), default=0.0) + _JITTER
        self._left = Counter(frame.data for frame in frames)

    def has(self, frame: Frame) -> bool:
        """Whether the window before has this frame. Each is found once."""
        if not self._left[frame.data] or frame.time > self._until:
            return False
        self._left[frame.data] -= 1
        return True


def _frames(carried: Path, recorded: CaptureReader) -> Iterator[tuple[Frame, bool]]:
    """What was carried on, and what was recorded, each with whether it is the latter."""
    if carried.exists():
        yield from ((frame, False) for frame in CaptureReader([carried]).frames())
    yield from ((frame, True) for frame in recorded.frames())


def _divide(before: WindowFiles, files: WindowFiles, kept: bytearray, is_open: Callable[[int], bool]) -> None:
    """Write what is settled and what is carried on. Damage of the recording stays, for the judge to see."""
    number = place = 0
    with files.settled.open("wb") as settled, files.carried.open("wb") as carried:
        for path in (files.settled, files.carried):
            path.chmod(0o600)
        part = FrameChoice(carried)
        for path in (before.carried, files.recorded):
            for kind, block in blocks(path) if path.exists() else ():
                if kind != PACKET:
                    settled.write(block)
                    part.add(kind, block)
                    continue
                # Of a damaged file, not all packets can be read.
                keep = kept[place] if place < len(kept) else True
                is_carried = keep and place < len(kept) and is_open(number)
                place += 1
                number += keep
                if is_carried:
                    part.add(kind, block)
                elif keep:
                    settled.write(block)
        part.end_section()
    if not part.size:
        files.carried.unlink()


def _keep_last(files: WindowFiles, since: float) -> None:
    """Write the last frames of a recording."""
    with files.last.open("wb") as last:
        files.last.chmod(0o600)
        part = FrameChoice(last)
        frames = CaptureReader([files.recorded]).frames()
        for kind, block in blocks(files.recorded):
            frame = next(frames, None) if kind == PACKET else None
            if kind in (SECTION, INTERFACE) or (frame and frame.time >= since):
                part.add(kind, block)
        part.end_section()
    if not part.size:
        files.last.unlink()
