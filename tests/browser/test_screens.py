"""The page on small and large screens, light and dark: pictures for people to look at, and what axe finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.window import is_as_wide_as_the_screen, keep, sizes, whole

if TYPE_CHECKING:
    from pathlib import Path

    from browser.window import Window

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Of a dump with a thousand bytes, only the first lines are looked at: it takes most of the time, and all are alike.
ALIKE = {"include": [["html"]], "exclude": [[".dump .row:nth-child(n+4)"]]}
# Where axe says it matters to people.
GRAVE = {"serious", "critical"}


def graves(page: Page) -> list[tuple[str, str, str]]:
    """What axe finds that keeps people from using a page."""
    found: dict[str, Any] = Axe().run(page, ALIKE, {"resultTypes": ["violations"]}).response
    return [
        (each["id"], node["html"][:200], node["failureSummary"])
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def look_at(page: Page, name: str) -> None:
    """Look at what is shown now, in every way."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in sizes(page):
            assert is_as_wide_as_the_screen(page), f"{name} scrolls sideways at {width}"
            keep(f"{name}-{width}-{scheme}", page)
        assert graves(page) == []


def test_the_overview(opened: Window, base: str) -> None:
    opened.page.goto(base)
    look_at(opened.page, "overview")


def test_https_with_the_keys(opened: Window, base: str) -> None:
    page = opened.page
    whole(page, f"{base}https")
    for switch in page.get_by_role("button", name="With the session keys").all():
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")
    page.locator(".arrow", has_text="ClientHello").click()
    expect(page.get_by_role("heading", name="byte by byte")).to_be_focused()
    look_at(page, "https-with-keys")


def test_the_impostor(opened: Window, base: str) -> None:
    whole(opened.page, f"{base}https-unverified-intercepted")
    look_at(opened.page, "impostor")


def test_a_report(opened: Window, report_file: Path) -> None:
    page = opened.page
    whole(page, f"{report_file.as_uri()}#https")
    for width in sizes(page):
        assert is_as_wide_as_the_screen(page), f"the report scrolls sideways at {width}"
    assert graves(page) == []
