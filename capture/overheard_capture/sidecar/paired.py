"""A recording of two recorders: ours, and a second one at another place of the network."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from overheard.words.errors import RecordingError
from overheard_capture.captures.recording import recording_file
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.merge import merge, unfinished
from overheard_capture.recorder.notes import write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard_capture.recorder.dumpcap import Tap
    from overheard_capture.sidecar.second import SecondRecorder


@dataclass
class PairedRecording:
    """A recording in progress; create it with `begin`. Its file has the packets of both once it has ended."""

    ours: ActiveRecording
    second: SecondRecorder

    @property
    def name(self) -> str:
        """Its name."""
        return self.ours.name

    @property
    def path(self) -> Path:
        """Its file."""
        return self.ours.path

    @classmethod
    def begin(cls, name: str, path: Path, tap: Tap, second: SecondRecorder, *, patience: float) -> Self:
        """Begin both. Raises RecordingError, and leaves no file, if one does not start.

        The second one then ends what it records when it is to begin again.
        """
        with ThreadPoolExecutor(1) as beside:
            begun = beside.submit(second.begin)
            ours = ActiveRecording.begin(name, path, tap, patience=patience)
        try:
            begun.result()
        except RecordingError:
            ours.abandon()
            path.unlink()
            raise
        return cls(ours, second)

    def end(self) -> Recording:
        """End both, and merge them. If the second one has nothing, the notes say so. Raises RecordingError."""
        other = self.path.with_name(f".{self.name}.second.pcapng")
        try:
            with ThreadPoolExecutor(1) as beside:
                ended = beside.submit(self.second.end, other)
                notes = self.ours.end()
            return self._merged(notes, other, ended.result)
        except OSError as problem:
            raise RecordingError(
                f"two recordings cannot be merged: {problem.strerror}", hint="free some disk space, and record again"
            ) from None
        finally:
            for file in (other, recording_file(other), unfinished(self.path)):
                file.unlink(missing_ok=True)

    def _merged(self, notes: Recording, other: Path, ended: Callable[[], Recording]) -> Recording:
        try:
            return merge(self.path, notes, other, ended(), place=self.second.host)
        except (RecordingError, ValueError, IndexError, struct.error) as problem:
            # What the second one sends may be no recording.
            why = problem.args[0] if isinstance(problem, RecordingError) else f"two recordings do not fit: {problem}"
            said = "; ".join(filter(None, (notes.recorder_said, why)))
            alone = replace(notes, recorder_alive=False, exit_code=notes.exit_code or None, recorder_said=said)
            write_notes(self.path, alone)
            return alone
