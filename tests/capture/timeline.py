"""Frames with times, cut into windows that overlap, as the sidecar records them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from capture.frames import File
from overheard.words.recording import Recording
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import digest
from overheard_capture.recorder import Settled, WindowFiles, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BEGAN = 1_700_000_000
ROOM = 1 << 20


class Timed(NamedTuple):
    """A frame, some seconds after the beginning."""

    at: float
    data: bytes


def recorded(path: Path, frames: Iterable[Timed], *, dropped: int = 0) -> Path:
    """A recording of these frames."""
    file = File().section().interface()
    for at, data in frames:
        file.packet(data, ticks=round((BEGAN + at) * 1_000_000))
    return file.statistics(interface_drops=dropped, system_drops=0).write(path)


def notes(path: Path, began: float, ended: float) -> Recording:
    """The notes on a recording of so many seconds after the beginning."""
    return Recording(
        "window", "lo", "", 0, BEGAN + began, BEGAN + ended, "overheard mark 1", "overheard mark 2",
        recorder_alive=True, exit_code=0, sha256=digest(path),
    )  # fmt: skip


class Windows:
    """A timeline that was recorded in windows, each of which begins at one of `cuts`.

    Each ends `overlap` seconds after the next one has begun; the last one ends `after` it began.
    """

    def __init__(
        self, folder: Path, frames: Sequence[Timed], cuts: Sequence[float], *, overlap: float = 0.5, after: float = 10
    ) -> None:
        self.folder, self.frames = folder, frames
        ends = [*(cut + overlap for cut in cuts[1:]), cuts[-1] + after]
        self.spans = list(zip(cuts, ends, strict=True))

    def settled(self, *, at_most: int = ROOM, ended: bool = True) -> list[Settled]:
        """Settle all of them; unless they have `ended`, another one follows."""
        results: list[Settled] = []
        for number, (begins, ends) in enumerate(self.spans):
            files = self.files(number)
            files.folder.mkdir()
            recorded(files.recorded, [frame for frame in self.frames if begins <= frame.at < ends])
            following = [span[0] for span in self.spans[number + 1 :]] or ([] if ended else [ends - 0.5])
            next_began = BEGAN + following[0] if following else None
            note = notes(files.recorded, begins, ends)
            results.append(settle(self.files(number - 1), files, note, next_began=next_began, at_most=at_most))
        return results

    def files(self, number: int) -> WindowFiles:
        """The files of a window."""
        return WindowFiles(self.folder / str(number))

    @property
    def contents(self) -> list[list[bytes]]:
        """The frames that are settled in each."""
        return [[frame.data for frame in read(self.files(number).settled).frames] for number in range(len(self.spans))]
