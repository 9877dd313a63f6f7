"""Recording metadata, which this project's recorder writes as a JSON file next to the capture.

It is believed only on the file that it was written for. That rules out mistakes, such as the notes on another recording
of the same name, and not lies: whoever can write both files can write what they like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_type_hints

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording

# The recorder writes about 1 KiB.
_MAX_SIZE = 1 << 20


def recording_file(path: Path) -> Path:
    """The JSON file next to the recording at `path`: `http.recording.json` for `http.pcapng`."""
    # `with_suffix` raises ValueError for what has no name, such as `.`.
    return path.parent / f"{path.stem}.recording.json"


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal, as `sha256sum` prints it. Raises OSError."""
    import hashlib  # noqa: PLC0415  (it loads OpenSSL, and few captures are recordings of ours)

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_recording(path: Path) -> Recording:
    """The metadata of the recording at `path`. Raises OSError, or ValueError if it is malformed."""
    with recording_file(path).open("rb") as file:
        text = file.read(_MAX_SIZE)
    import json  # noqa: PLC0415  (few captures are recordings of ours)

    from overheard.words.recording import Recording  # noqa: PLC0415  (the same)

    try:
        recording = Recording(**json.loads(text))
    except (TypeError, RecursionError) as problem:
        raise ValueError(str(problem)) from None
    for name, kind in get_type_hints(Recording).items():
        value = getattr(recording, name)
        if not isinstance(value, int if kind is float and isinstance(value, int) else kind):
            raise ValueError(f"{name} is {value!r}")  # noqa: TRY004  (all that is malformed is that to the caller)
        if isinstance(value, str):
            # JSON may have half of a surrogate pair, which is no text: then this raises ValueError.
            value.encode()
    return recording


def read_checked_recording(path: Path) -> Recording:
    """The metadata of the recording at `path`, if it was written for exactly this file. Otherwise raises ValueError."""
    try:
        recording = read_recording(path)
        if recording.sha256 == digest(path):
            return recording
    except (OSError, ValueError) as problem:
        raise ValueError(f"the recorder's notes in {recording_file(path)} cannot be read: {problem}") from None
    raise ValueError(f"the recorder's notes in {recording_file(path)} were not written for this file: SHA-256 differs")
