"""A real browser, and a real run of the lab whose page it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from browser.window import Window, launch, window
from capture.page.place import MESSAGE, lab_run, part_of
from lab.command.process import overheard
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Playwright

    from overheard.engines.base import Engine
    from overheard_capture.page.run_folder import RunFolder

expect.set_options(timeout=LONG * 1000)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """As long as it is there, so is its event loop, and tests of other files may need one of their own."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Window]:
    """A window, in which nothing may go wrong."""
    with window(chromium) as shown:
        yield shown
        assert shown.wrong == []


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> RunFolder:
    """The folder of a run."""
    return lab_run(tmp_path_factory, local_engine)


@pytest.fixture(scope="session")
def origin(run: RunFolder) -> Iterator[str]:
    """Where the pages of runs are served, and nothing can be run again."""
    port = free_port()
    with Served(create_page(run.path.parent, Masking(MESSAGE)), port):
        yield f"http://{ADDRESS}:{port}"


@pytest.fixture(scope="session")
def report_file(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of some chapters of the run, with the secret masked."""
    folder = tmp_path_factory.mktemp("report")
    part = part_of(run, folder / run.name, "http", "https", "https-unverified-intercepted")
    file = folder / "report.html"
    done = overheard("report", part.name, "--runs", str(folder), "-o", str(file), OVERHEARD_MESSAGE=MESSAGE)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="session")
def base(run: RunFolder, origin: str) -> str:
    """The address of the run."""
    return f"{origin}/runs/{run.name}/"
