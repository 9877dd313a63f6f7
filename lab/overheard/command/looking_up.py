"""Frames looked up once more, when it is known which are to be shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.report.places import Place
from overheard.words.errors import UnreadableError
from overheard_capture.captures.inputs import only_once
from overheard_capture.captures.reader import CaptureReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from overheard_capture.captures.frame import Frame


def placed(files: Sequence[str], shown: Collection[int], named: Collection[int]) -> dict[int, Place]:
    """Where the frames `named` are, and of those that are `shown` their bytes; by their numbers over all files.

    Of what can be read only once, nothing is known any more.
    """
    if not files or any(map(only_once, files)):
        return {}
    if len(files) == 1:
        found = {number: Place(files[0], number) for number in named}
        last = max(shown, default=0)
    else:
        found, last = {}, max((*shown, *named), default=0)
    try:
        for place, frame, near in _frames(files, last):
            if frame.number in shown:
                found[frame.number] = replace(place, data=frame.data, at=_offset(place.file, frame.data, near))
            elif frame.number in named:
                found[frame.number] = place
    except UnreadableError:
        # It was there to be judged, and is gone.
        return found
    return found


def _frames(files: Sequence[str], last: int) -> Iterator[tuple[Place, Frame, int]]:
    """Every frame up to `last`, with its place, and where in its file, unpacked, its bytes should begin."""
    if not last:
        return
    reader = CaptureReader(files)
    before = reader.facts.before
    for chunk in reader.chunks():
        while not chunk.over:
            near = chunk.container.base + chunk.at + chunk.container.layout.header
            frame = chunk.record()
            if frame is None:
                continue
            yield Place(files[len(before) - 1], frame.number - before[-1]), frame, near
            if frame.number >= last:
                return


def _offset(name: str, data: bytes, near: int) -> int | None:
    """Where the bytes of a frame begin; None where they are not there, as in a file that is compressed."""
    try:
        with Path(name).open("rb") as file:
            file.seek(near)
            return near if file.read(len(data)) == data else None
    except OSError:
        return None
