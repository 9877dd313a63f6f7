"""The learner's first hour: what somebody does who opens the page for the first time."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from browser.window import is_as_wide_as_the_screen, keep, sizes, whole
from capture.page.place import MESSAGE
from overheard.command.page import Rerun
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from playwright.sync_api import Locator

    from browser.window import Window
    from overheard.engines.base import Engine

# Ethernet, IPv4 and TCP with timestamps.
HEADERS = 14 + 20 + 32


def ladder(page: Page, left: str, right: str) -> Locator:
    return page.get_by_role("group", name=f"{left} and {right}")


def badge(page: Page, chapter: str) -> Locator:
    return (
        page.get_by_role("navigation")
        .get_by_role("listitem")
        .filter(has=page.get_by_text(chapter, exact=True))
        .locator(".badge")
    )


def test_verdicts_arrive_while_the_page_is_open(
    opened: Window, tmp_path: Path, local_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is a run, and while one goes on that a button has started."""
    page, at = opened.page, f"http://{ADDRESS}:{free_port()}"
    monkeypatch.setenv("OVERHEARD_MESSAGE", MESSAGE)
    again = Rerun(tmp_path, local_engine.name)
    with ExitStack() as stack:
        stack.callback(again.end)
        stack.enter_context(Served(create_page(tmp_path, Masking(MESSAGE), again), int(at.rpartition(":")[2])))
        page.goto(at)
        expect(page.get_by_role("heading", name="No run yet")).to_be_visible()
        (tmp_path / "earlier" / "logs").mkdir(parents=True)
        expect(page.get_by_role("heading", name="A server sends a secret")).to_be_visible()
        page.get_by_role("row").get_by_role("link", name="https", exact=True).click()
        button = page.get_by_role("button", name="Run this scenario again")
        button.click()
        expect(page).not_to_have_url(f"{at}/runs/earlier/https")
        page.evaluate("window.stays = true")
        expect(page.get_by_text("The lab is running").first).to_be_visible()
        expect(button).to_be_disabled()
        expect(badge(page, "https")).to_have_text("PROTECTED")
        expect(page.locator(".card .badge")).to_have_text("PROTECTED")
        expect(page.get_by_text(f"“{MESSAGE}”").first).to_be_visible()
        expect(page.get_by_text("This run has ended.")).to_be_visible()
        expect(button).to_be_enabled()
        expect(page.locator(".about")).to_be_visible()
        assert page.evaluate("window.stays"), "the page was loaded again"


def test_http_shows_the_secret(opened: Window, base: str) -> None:
    page = opened.page
    page.goto(f"{base}http")
    response = page.get_by_role("region", name="The response of http,", exact=False)
    expect(response.locator("mark.secret").first).to_be_visible()
    keep("http", page)
    marked = response.locator("mark.secret").all_text_contents()
    assert "".join(each for each in marked if len(each) == 1) == MESSAGE
    assert "".join(each for each in marked if len(each) == 2) == MESSAGE.encode().hex()


def test_https_shows_it_with_the_session_keys_alone(opened: Window, base: str) -> None:
    page = opened.page
    page.goto(f"{base}https")
    response = page.get_by_role("region", name="The response of https,", exact=False)
    expect(response.locator("mark.place").first).to_be_visible()
    expect(response.locator("mark.secret")).to_have_count(0)
    keep("https", page)
    beside = page.locator("section", has=page.get_by_role("heading", name="The same message"))
    switch = beside.get_by_role("button", name="With the session keys")
    switch.click()
    expect(response.locator("mark.secret").first).to_be_visible()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(switch).to_be_focused()


def test_a_byte_of_the_client_hello_says_what_it_is(opened: Window, base: str) -> None:
    page = opened.page
    page.goto(f"{base}https")
    ladder(page, "client", "server").get_by_role("button", name="ClientHello").click()
    frame = page.get_by_role("region", name="Frame,", exact=False)
    about = page.locator(".about")
    for at, says, rfc, section in (
        (0, "Content Type", 8446, "5.1"),
        (5, "Handshake Type", 8446, "4"),
        (15, "Random Bytes", 5246, "7.4.1.2"),
    ):
        frame.locator(f'[data-at="{HEADERS + at}"]').first.click()
        expect(about).to_contain_text(says)
        link = about.get_by_role("link", name=f"RFC {rfc}, section {section}", exact=True)
        expect(link).to_have_attribute("href", f"https://www.rfc-editor.org/rfc/rfc{rfc}#section-{section}")
    keep("client-hello", page)
    frame.locator('[data-at="0"]').first.hover()
    expect(about).to_contain_text("Destination")


def test_the_impostor_has_a_certificate_and_two_conversations(opened: Window, base: str) -> None:
    page = opened.page
    page.goto(f"{base}https-unverified-intercepted")
    ours, behind = ladder(page, "client", "interceptor"), ladder(page, "interceptor", "server")
    expect(behind).to_be_visible()
    one, other = ours.bounding_box(), behind.bounding_box()
    assert one
    assert other
    assert one["x"] + one["width"] <= other["x"], "they are not side by side"
    wire = page.locator("section", has=page.get_by_role("heading", name="On the wire"))
    wire.get_by_role("button", name="With the session keys").click()
    ours.get_by_role("button", name="Certificate").first.click()
    expect(page.get_by_role("heading", name="byte by byte")).to_be_focused()
    expect(page.locator(".fields")).to_contain_text("Certificate")
    certificates = page.locator("section", has=page.get_by_role("heading", name="The certificates"))
    of_the_impostor = certificates.get_by_role("region", name="the interceptor, in", exact=False)
    expect(of_the_impostor.locator(".sentence")).to_contain_text('I am "server" according to "Overheard Lab Impostor')


def test_a_part_that_the_server_did_not_send_can_be_asked_for_again(opened: Window, base: str) -> None:
    page = opened.page
    page.route("**/packets", lambda route: route.abort())
    whole(page, f"{base}http")
    page.get_by_text("All packets", exact=True).click()
    expect(page.get_by_role("status").get_by_text("The server did not answer")).to_be_visible()
    page.unroute("**/packets")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Packets", exact=True)).to_be_visible()
    assert all("ERR_FAILED" in each for each in opened.wrong)
    opened.wrong.clear()


def test_all_packets_are_there_a_page_at_a_time(opened: Window, base: str) -> None:
    page = opened.page
    whole(page, f"{base}http")
    assert not [url for url in opened.requested if url.endswith("/packets")]
    page.get_by_text("All packets", exact=True).click()
    listed = page.get_by_role("region", name="Packets", exact=True)
    listed.get_by_role("button", name="packet 1", exact=True).click()
    expect(page.get_by_role("heading", name="Frame 1, byte by byte")).to_be_focused()
    for _ in sizes(page):
        assert is_as_wide_as_the_screen(page)
