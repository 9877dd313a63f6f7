"""The recorder's notes on a recording, written beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard_capture.captures.recording import recording_file

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording


def write_notes(path: Path, recording: Recording) -> None:
    """Write the notes on the recording at `path`. Raises OSError."""
    write_whole(recording_file(path), json.dumps(recording.to_json(), indent=2).encode())
