"""A window of a browser that a test looks at: what it asks for, and what goes wrong in it, is written down."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from applications.servers import program
from overheard.engines.base import clean_environment
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

# Where to keep pictures of the page, for people to look at. It is read before the tests clean their environment.
SCREENSHOTS = os.environ.get("OVERHEARD_SCREENSHOTS", "")
# Phones, tablets and large screens.
SCREENS = {360: 740, 768: 1024, 1920: 1080}
# Names of other sites, which lead to this machine.
SITE, REBOUND = "squirrel.test", "rebound.test"


def launch(playwright: Playwright, **environment: str) -> Browser:
    """Start Debian's Chromium without a window on the screen. If there is none, the test is skipped; in CI it fails."""
    return playwright.chromium.launch(
        executable_path=program("chromium"),
        # Root has no sandbox.
        args=["--no-sandbox", "--host-resolver-rules=MAP *.test 127.0.0.1"],
        env={**clean_environment(), **environment},
    )


class Window:
    """A window. `requested` are all addresses that were asked for, and `wrong` what console and dialogs said."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.wrong: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._listen)
        page.on("dialog", self._refuse)

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.wrong.append(f"{said.text} ({said.location['url']})")

    def _refuse(self, dialog: Any) -> None:  # noqa: ANN401  (Playwright's)
        self.wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def asked_elsewhere(self, origin: str) -> list[str]:
        """The addresses on the network that are not of this origin."""
        return [url for url in self.requested if not url.startswith((f"{origin}/", "file:", "data:"))]


@contextmanager
def window(browser: Browser, **options: Any) -> Iterator[Window]:  # noqa: ANN401  (any of a context's)
    """A window of its own, without what others have stored."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(LONG * 1000)
    try:
        yield Window(context.new_page())
    finally:
        context.close()


def whole(page: Page, url: str) -> None:
    """Open a chapter, and wait until all of it is there."""
    page.goto(url)
    expect(page.locator(".about:visible").first).to_be_visible()
    expect(page.locator("main").get_by_text("being read").locator("visible=true")).to_have_count(0)


def sizes(page: Page) -> Iterator[int]:
    """Show the page on each screen in turn."""
    for width, height in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        yield width


def is_as_wide_as_the_screen(page: Page) -> bool:
    """Whether nothing can be scrolled sideways, but what is in a box that can."""
    wide: int = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    return wide <= 0


def keep(name: str, page: Page) -> None:
    """Keep a picture of the whole page, if somebody wants it."""
    if SCREENSHOTS:
        page.screenshot(full_page=True, path=Path(SCREENSHOTS) / f"{name}.png")
