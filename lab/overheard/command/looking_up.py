"""Looks up the frames that are to be shown, after judging."""

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
    """The places of the frames `named`, and the bytes of those that are `shown`, by their numbers over all files.

    Empty for input that can be read only once.
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
        # The file has changed or gone since it was judged.
        return found
    return found


def _frames(files: Sequence[str], last: int) -> Iterator[tuple[Place, Frame, int]]:
    """Every frame up to `last`, with its place, and the offset of its bytes in the uncompressed file."""
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
    """The offset of a frame's bytes in the file; None if they are not there, as in a compressed file."""
    try:
        with Path(name).open("rb") as file:
            file.seek(near)
            return near if file.read(len(data)) == data else None
    except OSError:
        return None
