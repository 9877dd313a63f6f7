"""Recorders for taps: the project's recorder in this process, or the sidecar, as under the compose engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from overheard.words.services import CAPTURE
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.dumpcap import Tap as Listening
from overheard_services.client.sidecar import Sidecar

if TYPE_CHECKING:
    from collections.abc import Iterator

# Records to a file during a `with` block.
Recorder = Callable[[Path], AbstractContextManager[None]]

_NAME = "corpus"


@contextmanager
def recorded_here(path: Path, *, interface: str) -> Iterator[None]:
    """Record with the project's recorder, in the network namespace of this thread."""
    active = ActiveRecording.begin(_NAME, path, Listening(interface), patience=1)
    yield
    active.end()


@contextmanager
def recorded_by_sidecar(path: Path, *, token: str) -> Iterator[None]:
    """Record with the capture role in the network namespace of this thread, over its API."""
    url = f"http://127.0.0.1:{CAPTURE.port}"
    with Sidecar(url, token, _NAME).recording(_NAME):
        yield
    answer = requests.get(
        f"{url}/runs/{_NAME}/recordings/{_NAME}", headers={"Authorization": f"Bearer {token}"}, timeout=20
    )
    answer.raise_for_status()
    path.write_bytes(answer.content)
