"""A real browser, and a real run of the lab whose page it opens."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from browser.window import Window, launch, window
from capture.page.place import MESSAGE, Again, lab_run, part_of
from lab.command.process import overheard
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

    from overheard.engines.base import Engine
    from overheard_capture.page.run_folder import RunFolder

expect.set_options(timeout=LONG * 1000)


class _Browsers:
    """Playwright and the browser that all tests in this folder share."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._started: tuple[Playwright, Browser] | None = None

    def started(self) -> tuple[Playwright, Browser]:
        if not self._started:
            playwright = self._stack.enter_context(sync_playwright())
            self._started = playwright, launch(playwright)
            self._stack.callback(self._started[1].close)
        return self._started

    def end(self) -> None:
        self._stack.close()
        self._started = None


_BROWSERS = _Browsers()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """As long as Playwright is there, so is its event loop, and tests of other folders may need one of their own."""
    yield
    if nextitem is None or nextitem.path.parent != Path(__file__).parent:
        _BROWSERS.end()


@pytest.fixture
def playwright(chromium: Browser) -> Playwright:
    """What starts browsers."""
    del chromium
    return _BROWSERS.started()[0]


@pytest.fixture
def chromium() -> Browser:
    """Debian's Chromium."""
    return _BROWSERS.started()[1]


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
def again() -> Again:
    """What was to be run again from the pages of runs: nothing, as no test asks for that there."""
    return Again()


@pytest.fixture(scope="session")
def origin(run: RunFolder, again: Again) -> Iterator[str]:
    """Where the pages of runs are served."""
    port = free_port()
    with Served(create_page(run.path.parent, Masking(MESSAGE), again), port):
        yield f"http://{ADDRESS}:{port}"


@pytest.fixture(scope="session")
def report_file(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with one chapter of the run, and the secret masked."""
    folder = tmp_path_factory.mktemp("report")
    part = part_of(run, folder / run.name, "https")
    file = folder / "report.html"
    done = overheard("report", part.name, "--runs", str(folder), "-o", str(file), OVERHEARD_MESSAGE=MESSAGE)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="session")
def base(run: RunFolder, origin: str) -> str:
    """The address of the run."""
    return f"{origin}/runs/{run.name}/"
