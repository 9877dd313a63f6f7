"""What was recorded is shown as text: in the page, in a report and in the terminal; nothing of it runs."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.hostile import ESCAPES, IMAGE, REQUEST, RESPONSE, SCRIPT, handshake
from browser.window import window
from capture.frames import dialogue, exchange, rewritten
from capture.page.place import MESSAGE, part_of
from lab.command.process import overheard
from overheard.words.services import HTTPS
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.report import report
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from overheard_capture.page.run_folder import RunFolder

CONTROLS = ("\x1b", "\x07", "\x9b", "\u202e")


@pytest.fixture(scope="module")
def hostile(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run, with other recordings."""
    folder = tmp_path_factory.mktemp("hostile")
    copy = part_of(run, folder / "run", "http", "https")
    # Two of each: the verdicts of the run name frames that there must be.
    said, ports = handshake(folder), (45000, 45001)
    rewritten(copy.path / "http.pcapng", chain(*(exchange([REQUEST], [RESPONSE], port=port) for port in ports)))
    rewritten(copy.path / "https.pcapng", chain(*(dialogue(said, port=port, server_port=HTTPS.port) for port in ports)))
    return copy


def look_at(page: Page, chapter: str) -> None:
    """Open every part of a chapter, and the packets that say something."""
    expect(page.locator(".arrow").first).to_be_visible()
    for summary in page.locator("summary:visible").all():
        summary.click()
    for arrow in page.locator(":is(.http, .handshake) .arrow:visible").all():
        arrow.click()
        expect(page.locator(f".packet h3:has-text('Frame {arrow.get_attribute('data-frame')},')").first).to_be_focused()
    assert page.evaluate("window.ran") is None, chapter
    shown = page.locator("body").inner_text()
    assert not [each for each in CONTROLS if each in shown]


def test_in_the_page(chromium: Browser, hostile: RunFolder) -> None:
    port = free_port()
    at = f"http://{ADDRESS}:{port}"
    with Served(create_page(hostile.path.parent, Masking(MESSAGE)), port), window(chromium) as opened:
        page = opened.page
        page.goto(f"{at}/runs/run/http")
        look_at(page, "http")
        expect(page.locator(".what").filter(has_text="GET /<img").first).to_be_visible()
        expect(page.locator(".rows").get_by_text("<script>window.ran=1").first).to_be_visible()
        page.goto(f"{at}/runs/run/https")
        look_at(page, "https")
        expect(page.locator(".sentence").filter(has_text=SCRIPT).first).to_be_visible()
        page.locator(".arrow", has_text="ClientHello").first.click()
        expect(page.locator(".fields")).to_contain_text(IMAGE)
        assert opened.wrong == []
        assert opened.asked_elsewhere(at) == []


def test_in_a_report(chromium: Browser, hostile: RunFolder, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report(hostile, MESSAGE, lambda _scenario: None))
    with window(chromium) as opened:
        page = opened.page
        for chapter in ("http", "https"):
            page.goto(f"{file.as_uri()}#{chapter}")
            page.reload()
            expect(page.locator(f"article#{chapter} .arrow").first).to_be_visible()
            for arrow in page.locator(f"article#{chapter} .arrow:visible").all():
                arrow.click()
            assert page.evaluate("window.ran") is None
        expect(page.locator("article#https .sentence").filter(has_text=SCRIPT).first).to_be_visible()
        assert opened.wrong == []
        assert opened.asked_elsewhere("file:") == []


def test_in_the_terminal(hostile: RunFolder, tmp_path: Path) -> None:
    commands = [
        ("scan", str(hostile.path / "http.pcapng")),
        ("scan", str(hostile.path / "https.pcapng")),
        ("scan", str(hostile.path / "http.pcapng"), "--secret-file", f"it={tmp_path / 'secret'}"),
        ("show", str(hostile.path.parent / "hostile.pem")),
    ]
    (tmp_path / "secret").write_text("choose me")
    for command in commands:
        done = overheard(*command)
        assert "Traceback" not in done.stderr
        assert done.stdout
        for stream in (done.stdout, done.stderr):
            assert not [each for each in CONTROLS if each in stream], command
    assert "window.ran=1" in overheard(*commands[-1]).stdout
    assert all(each in ESCAPES for each in CONTROLS)
