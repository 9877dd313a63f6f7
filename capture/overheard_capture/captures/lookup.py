"""Frame lookup by number, after a capture was read: the bytes of frames, and where they are stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.inputs import is_single_pass
from overheard_capture.captures.reader import CaptureReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from overheard_capture.captures.frame import Frame


class StoredFrame(NamedTuple):
    """A stored frame: its file, its number in that file, its bytes, and their offset in the file.

    `offset` is None if the file does not contain the bytes as they are, for example because it is compressed.
    """

    file: str
    number: int
    data: bytes = b""
    offset: int | None = None


def look_up(files: Sequence[str], shown: Collection[int], named: Collection[int] = ()) -> dict[int, StoredFrame]:
    """The frames `shown`, with their bytes, and the frames `named`, without; all numbers count over all files.

    Empty if an input can be read only once. Frames that can no longer be read are left out.
    """
    if not files or any(map(is_single_pass, files)):
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
        # The file was changed or removed since it was judged.
        return found
    return found


def _frames(files: Sequence[str], last: int) -> Iterator[tuple[StoredFrame, Frame, int]]:
    """Every frame up to `last`, as a stored frame and as read, with its offset in the uncompressed file."""
    if not last:
        return
    reader = CaptureReader(files)
    before = reader.facts.frame_offsets
    for chunk in reader.chunks():
        while not chunk.exhausted:
            near = chunk.format.base + chunk.at + chunk.format.layout.header
            frame = chunk.record()
            if frame is None:
                continue
            yield StoredFrame(files[len(before) - 1], frame.number - before[-1]), frame, near
            if frame.number >= last:
                return


def _offset(name: str, data: bytes, near: int) -> int | None:
    """The offset of a frame's bytes in the file; None if they are not at `near`."""
    try:
        with Path(name).open("rb") as file:
            file.seek(near)
            return near if file.read(len(data)) == data else None
    except OSError:
        return None
