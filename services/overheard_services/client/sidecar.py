"""The capture role as the client sees it: begin, end, verdicts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests

from overheard.words.errors import RecordingError
from overheard.words.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

# The timeout of the sidecar, in seconds: the recorder waits for marks, and the judge reads files.
_PATIENCE = 600


class Sidecar:
    """One run on a capture role. Every method raises RecordingError if the role fails."""

    def __init__(self, url: str, token: str, run: str) -> None:
        self._url = f"{url}/runs/{run}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    @contextmanager
    def recording(self, name: str) -> Iterator[None]:
        """Record what happens inside the `with` block."""
        self._call("POST", f"/recordings/{name}")
        try:
            yield
        finally:
            self._call("POST", f"/recordings/{name}/end")

    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts on all recordings of this run."""
        return {name: Verdict.from_json(data) for name, data in self._call("GET", "/verdicts").items()}

    def _call(self, method: str, path: str) -> dict[str, Any]:
        try:
            answer = self._session.request(method, self._url + path, timeout=_PATIENCE)
            content: dict[str, Any] = answer.json()
        except requests.RequestException as problem:
            raise RecordingError(
                f"the capture role at {self._url} did not answer: {problem}", hint="see its log"
            ) from problem
        if not answer.ok:
            says, _, hint = str(content.get("error", answer.reason)).partition("\n")
            raise RecordingError(f"the capture role refused: {says}", hint=hint.strip())
        return content
