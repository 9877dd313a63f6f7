"""The second recorder, as the capture role sees it."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.errors import RecordingError
from overheard_capture.captures.recording import read_checked_recording, recording_file
from overheard_capture.sidecar.second_app import PATH

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording

# In seconds: it waits for marks.
_PATIENCE = 30


class SecondRecorder(NamedTuple):
    """A recorder at another place of the network: the host and the port of its API, and the token."""

    host: str
    port: int
    token: str

    def begin(self) -> None:
        """Begin a recording. Returns once its start mark was recorded. Raises RecordingError."""
        self._call("POST", PATH)

    def end(self, path: Path) -> Recording:
        """End the recording, and put its file at `path`, with the notes beside it. Raises RecordingError."""
        notes = self._call("POST", f"{PATH}/end")
        content = self._call("GET", PATH)
        try:
            path.touch(mode=0o600)
            path.write_bytes(content)
            recording_file(path).write_bytes(notes)
            return read_checked_recording(path)
        except (OSError, ValueError) as problem:
            raise self._error(f"its recording cannot be read: {problem}") from None

    def _call(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            raise self._error(f"it did not answer: {str(problem) or type(problem).__name__}") from None
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise self._error(f"it refused: {content.decode(errors='replace').strip()}")
        return content

    def _error(self, says: str) -> RecordingError:
        return RecordingError(f"the second recorder, at {self.host}:{self.port}: {says}", hint="see its log")
