"""Recordings that the tests of the capture role look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overheard.words.secret import Secret
from overheard.words.story import SECRET_MESSAGE
from overheard_capture.judge import Exhibit, judge
from overheard_capture.recorder import recorded
from processes import in_namespaces

if TYPE_CHECKING:
    from overheard.engines.base import Engine
    from overheard.words.recording import Recording
    from overheard.words.verdict import Verdict

SECRET = Secret("message", SECRET_MESSAGE.encode())


class Recordings:
    """What the stage left: recordings by name, and the key log of all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "stage.keys"

    def path(self, name: str) -> Path:
        """The file of a recording."""
        return self.folder / f"{name}.pcapng"

    def exhibit(self, name: str) -> Exhibit:
        """A recording as the judge gets it."""
        path = self.path(name)
        return Exhibit(path, recorded(path), SECRET, self.keys)

    def judge(self, name: str, **changes: Path | Secret | Recording | None) -> Verdict:
        """The verdict on a recording, perhaps with something in the exhibit changed."""
        return judge(replace(self.exhibit(name), **changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Recordings:  # noqa: ARG001
    """Every recording of tests/stage.py, made once, in namespaces of its own."""
    folder = tmp_path_factory.mktemp("stage")
    in_namespaces(Path(__file__).parent.parent / "stage.py", str(folder), within=120)
    return Recordings(folder)
