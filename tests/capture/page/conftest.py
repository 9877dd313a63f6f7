"""A real run of the lab for the tests of the page, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.page.place import MESSAGE, lab_run
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from overheard.engines.base import Engine
    from overheard_capture.page.run_folder import RunFolder


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> RunFolder:
    """The folder of a run with these scenarios."""
    return lab_run(tmp_path_factory, local_engine)


@pytest.fixture
def client(run: RunFolder) -> FlaskClient:
    """A browser, as far as the server sees."""
    return create_page(run.path.parent, Masking(MESSAGE)).test_client()
