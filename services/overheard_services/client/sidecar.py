"""The capture role as the client sees it: begin, end, verdicts, results."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import requests

from overheard.words.errors import RecordingError
from overheard.words.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.result import Exchange, Result

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
    def recording(self, name: str) -> Iterator[list[Exchange]]:
        """Record what happens inside the `with` block, which puts what the client saw into the list that it gets."""
        self._call("POST", f"/recordings/{name}")
        exchanges: list[Exchange] = []
        try:
            yield exchanges
        finally:
            self._call("POST", f"/recordings/{name}/end", {"exchanges": [asdict(exchange) for exchange in exchanges]})

    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts on all recordings of this run."""
        return {name: Verdict.from_json(data) for name, data in self._call("GET", "/verdicts").items()}

    def keep(self, results: Iterable[Result]) -> None:
        """Have the results kept beside the recordings."""
        self._call("PUT", "/results", {"results": [result.to_json() for result in results]})

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            answer = self._session.request(method, self._url + path, json=body, timeout=_PATIENCE)
            content: dict[str, Any] = answer.json()
        except requests.RequestException as problem:
            raise RecordingError(
                f"the capture role at {self._url} did not answer: {problem}", hint="see its log"
            ) from problem
        if not answer.ok:
            says, _, hint = str(content.get("error", answer.reason)).partition("\n")
            raise RecordingError(f"the capture role refused: {says}", hint=hint.strip())
        return content
