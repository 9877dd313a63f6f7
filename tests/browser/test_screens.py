"""The page on small and large screens, light and dark: pictures for people to look at, and what axe finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.window import keep, whole

if TYPE_CHECKING:
    from pathlib import Path

    from browser.window import Window

SCREENS = {360: 740, 768: 1024, 1920: 1080}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTH = "document.scrollingElement.scrollWidth"
# Where axe says it matters to people.
GRAVE = {"serious", "critical"}


def graves(page: Page) -> list[tuple[str, str, str]]:
    """What axe finds that keeps people from using a page."""
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"]}).response
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
        for width, height in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(WIDTH) <= width, f"{name} scrolls sideways at {width}"
            keep(f"{name}-{width}-{scheme}", page)
        assert graves(page) == []


def test_the_overview(opened: Window, base: str) -> None:
    opened.page.goto(base)
    look_at(opened.page, "overview")


def test_http(opened: Window, base: str) -> None:
    page = opened.page
    whole(page, f"{base}http")
    page.get_by_text("All packets", exact=True).click()
    expect(page.get_by_role("button", name="packet 1", exact=True)).to_be_visible()
    look_at(page, "http")


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


def test_the_paints(opened: Window, base: str) -> None:
    whole(opened.page, f"{base}diffie-hellman")
    look_at(opened.page, "diffie-hellman")


def test_a_report(opened: Window, report_file: Path) -> None:
    opened.page.goto(report_file.as_uri())
    look_at(opened.page, "report-overview")
    whole(opened.page, f"{report_file.as_uri()}#https")
    look_at(opened.page, "report")
