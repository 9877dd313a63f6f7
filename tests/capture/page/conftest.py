"""A real run of the lab for the tests of the page, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.page.place import MESSAGE, NAMES
from overheard.engines.base import Job, new_run
from overheard.words.recording import RESULTS
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.run_folder import RunFolder, RunFolders
from workers import once

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from overheard.engines.base import Engine


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> RunFolder:
    """The folder of a run with these scenarios."""

    def make(folder: Path) -> None:
        job = Job(folder / new_run(), {"OVERHEARD_CLIENT_SCENARIOS": ",".join(NAMES)})
        job.folder.mkdir()
        local_engine.run(job, lambda _doing: None)
        assert (job.folder / RESULTS).is_file()

    runs = RunFolders(once(tmp_path_factory, "page", make))
    return runs.open(runs.names[0])


@pytest.fixture
def client(run: RunFolder) -> FlaskClient:
    """A browser, as far as the server sees."""
    return create_page(run.path.parent, Masking(MESSAGE)).test_client()
