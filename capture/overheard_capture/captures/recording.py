"""Recording metadata, which this project's recorder writes as a JSON file next to the capture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from overheard.words.recording import Recording

if TYPE_CHECKING:
    from pathlib import Path


def recording_file(path: Path) -> Path:
    """The JSON file next to the recording at `path`: `http.recording.json` for `http.pcapng`."""
    return path.with_suffix(".recording.json")


def read_recording(path: Path) -> Recording:
    """The metadata of the recording at `path`. Raises OSError, ValueError or TypeError."""
    return Recording(**json.loads(recording_file(path).read_text()))
