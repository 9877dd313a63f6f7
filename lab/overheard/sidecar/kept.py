"""The recordings of windows that failed, kept as long as there is room for them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from overheard_capture.judge.api import recording_file

if TYPE_CHECKING:
    from pathlib import Path

    from overheard_capture.recorder import WindowFiles


class Kept:
    """A folder of recordings, of at most so many bytes: the oldest ones go first."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        # Those of earlier runs count, too. They are replaced by those of the same window.
        found = sorted((each.stat().st_mtime, each) for each in folder.glob("window-*.pcapng"))
        self._sizes = {file: file.stat().st_size for _, file in found}

    def keep(self, number: int, files: WindowFiles, *, in_open: bool) -> Path | None:
        """Keep what was judged, with its notes, or what is carried on, if a secret was seen `in_open`.

        Returns the file; None if there was nothing, or no room.
        """
        source = files.carried if in_open else files.settled
        if not source.exists() or (size := source.stat().st_size) > self._most:
            return None
        file = self._folder / f"window-{number:06}.pcapng"
        if file in self._sizes:
            self._remove(file)
        while self._sizes and sum(self._sizes.values()) + size > self._most:
            self._remove(next(iter(self._sizes)))
        try:
            shutil.copy(source, file)
            if not in_open and recording_file(source).exists():
                shutil.copy(recording_file(source), recording_file(file))
        except OSError:
            # The disk is full. A part of a recording would say less than none.
            self._remove(file)
            return None
        self._sizes[file] = size
        return file

    def _remove(self, file: Path) -> None:
        self._sizes.pop(file, None)
        for path in (file, recording_file(file)):
            path.unlink(missing_ok=True)
