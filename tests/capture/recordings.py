"""The recordings of the stage, and the verdicts on them, perhaps with changes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from capture.frames import rewritten
from overheard.words.secret import SECRET_MESSAGE, Secret
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import digest, read_recording, recording_file
from overheard_capture.judge import JudgeInput, Keys, judge_recording
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.verdict import Verdict

SECRET = Secret("message", SECRET_MESSAGE.encode())


class Recordings:
    """The recordings of the stage by name, and the keys of all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verdicts: dict[str, Verdict] = {}
        # The client's session keys, and those of a connection that was not recorded.
        self.keys, self.other_keys = folder / "stage.keys", folder / "other.keys"
        # The Fernet key that client and server share, and the one that they negotiated.
        self.shared, self.agreed = folder / "shared.keys", folder / "agreed.keys"
        # The RSA key of the server.
        self.stolen = folder / "stolen.pem"

    def file(self, name: str | None) -> Path | None:
        """A file in the stage's folder."""
        return self.folder / name if name else None

    def path(self, name: str) -> Path:
        """The file of a recording."""
        return self.folder / f"{name}.pcapng"

    def capture(self, name: str, *tls_ports: int) -> TsharkInput:
        """A recording as input for tshark."""
        return TsharkInput(self.path(name), tls_ports)

    @property
    def tls_keys(self) -> TlsKeys:
        """The client's session keys, for tshark."""
        return TlsKeys((self.keys,))

    def judge_input(self, name: str) -> JudgeInput:
        """A recording as input for the judge, with the client's session keys."""
        path = self.path(name)
        return JudgeInput(path, read_recording(path), SECRET, Keys(self.keys))

    def verdict(self, name: str) -> Verdict:
        """The verdict on a recording, which is judged once for all tests."""
        if name not in self._verdicts:
            self._verdicts[name] = self.judge(name)
        return self._verdicts[name]

    def judge(self, name: str, **changes: Path | Secret | Recording | Keys | None) -> Verdict:
        """The verdict on a recording, perhaps with changes of the input."""
        return judge_recording(self.judge_input(name)._replace(**changes))  # type: ignore[arg-type]


def reasons(verdict: Verdict) -> set[str]:
    """The codes of the checks that do not hold."""
    return {check.code for check in verdict.reasons}


def says(verdict: Verdict, code: str) -> str:
    """The text of the check with this code."""
    (check,) = (check for check in verdict.checks if check.code == code)
    return check.says


def write_notes(recording: Recording, path: Path) -> None:
    """Write the recorder's notes beside a file, as if they had been written for it."""
    recording_file(path).write_text(json.dumps(replace(recording, sha256=digest(path)).to_json()))


class Doctored:
    """A real recording, with frames inserted before its end mark."""

    def __init__(self, recordings: Recordings, folder: Path, name: str = "https") -> None:
        self.recordings, self.name, self.path = recordings, name, folder / "doctored.pcapng"
        mark = recordings.judge_input(name).recording.end_mark.encode()
        self.frames = [frame.data for frame in read(recordings.path(name)).frames]
        self.at = next(number for number, data in enumerate(self.frames) if mark in data)

    def write(self, put_in: list[bytes]) -> Path:
        """The file with these frames, the first of which has the number `first`."""
        return rewritten(self.path, [*self.frames[: self.at], *put_in, *self.frames[self.at :]])

    def judge(self, put_in: list[bytes], **changes: Path | Secret | Keys | None) -> Verdict:
        """The verdict on the file with these frames."""
        return self.recordings.judge(self.name, path=self.write(put_in), **changes)

    @property
    def first(self) -> int:
        """The number of the first inserted frame."""
        return self.at + 1
