"""Looks frames up by their numbers, after a capture was read: their bytes, and where they are stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.errors import UnreadableError
from overheard_capture.captures.inputs import only_once
from overheard_capture.captures.reader import CaptureReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from overheard_capture.captures.frame import Frame


class StoredFrame(NamedTuple):
    """A frame where it is stored: its file, its number in that file alone, its bytes, and their offset in the file.

    `offset` is None where the bytes do not stand in the file as they are, as in one that is compressed.
    """

    file: str
    number: int
    data: bytes = b""
    offset: int | None = None


def look_up(files: Sequence[str], shown: Collection[int], named: Collection[int] = ()) -> dict[int, StoredFrame]:
    """The frames `shown`, with their bytes, and those that are only `named`, by their numbers over all files.

    Empty for files that can be read only once. What cannot be read any more is left out.
    """
    if not files or any(map(only_once, files)):
        return {}
    if len(files) == 1:
        found = {number: StoredFrame(files[0], number) for number in named}
        last = max(shown, default=0)
    else:
        found, last = {}, max((*shown, *named), default=0)
    try:
        for stored, frame, near in _frames(files, last):
            if frame.number in shown:
                offset = _offset(stored.file, frame.data, near)
                found[frame.number] = stored._replace(data=frame.data, offset=offset)
            elif frame.number in named:
                found[frame.number] = stored
    except UnreadableError:
        # The file has changed or gone since it was judged.
        return found
    return found


def _frames(files: Sequence[str], last: int) -> Iterator[tuple[StoredFrame, Frame, int]]:
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
            yield StoredFrame(files[len(before) - 1], frame.number - before[-1]), frame, near
            if frame.number >= last:
                return


def _offset(name: str, data: bytes, near: int) -> int | None:
    """The offset of a frame's bytes in the file; None where they are not there."""
    try:
        with Path(name).open("rb") as file:
            file.seek(near)
            return near if file.read(len(data)) == data else None
    except OSError:
        return None
