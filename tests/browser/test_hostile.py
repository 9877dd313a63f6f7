"""What was recorded is shown as text: in the page, in a report and in the terminal; nothing of it runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.hostile import ESCAPES, IMAGE, REQUEST, RESPONSE, SCRIPT, handshake
from capture.frames import dialogue, exchange, rewritten
from capture.page.place import MESSAGE, part_of
from lab.command.process import overheard
from overheard.words.recording import RESULTS
from overheard.words.result import Interim
from overheard.words.services import HTTPS
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.report import report
from overheard_capture.page.run_folder import RunFolder
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.window import Window

# The arrows of packets in which there is such text.
TELLING = re.compile("GET|200|ClientHello|Certificate")
CONTROLS = ("\x1b", "\x07", "\x9b", "\u202e")


@pytest.fixture(scope="module")
def hostile(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run with one chapter, in whose recording there are a conversation in clear and a handshake."""
    folder = tmp_path_factory.mktemp("hostile")
    copy = part_of(run, folder / "run", "https")
    clear, sealed = exchange([REQUEST], [RESPONSE]), dialogue(handshake(folder), port=45001, server_port=HTTPS.port)
    rewritten(copy.path / "https.pcapng", [*clear, *sealed])
    (result,) = (known.result for known in copy.known.values())
    assert result
    # Its carrier is a frame of the recording that was there before.
    other = Interim.of(replace(result, verdict=replace(result.verdict, carrier=None)))
    (copy.path / RESULTS).write_text(json.dumps({"results": [other.to_json()]}))
    return RunFolder(copy.path)


def look_at(page: Page) -> None:
    """Open every part of a chapter, and the packets that say something."""
    expect(page.locator(".arrow").first).to_be_visible()
    for summary in page.locator("summary:visible").all():
        summary.click()
    for arrow in page.locator(".arrow:visible").filter(has_text=TELLING).all():
        arrow.click()
        expect(page.locator(f".packet h3:has-text('Frame {arrow.get_attribute('data-frame')},')").first).to_be_visible()
    assert page.evaluate("window.ran") is None
    shown = page.locator("body").inner_text()
    assert not [each for each in CONTROLS if each in shown]


def is_shown_as_text(page: Page) -> None:
    """What is in a request, in a certificate and in a ClientHello."""
    expect(page.locator(".what").filter(has_text="GET /<img").first).to_be_visible()
    expect(page.locator(".sentence").filter(has_text=SCRIPT).first).to_be_visible()
    page.locator(".arrow", has_text="ClientHello").first.click()
    expect(page.locator(".fields").first).to_contain_text(IMAGE)


def test_in_the_page(opened: Window, hostile: RunFolder) -> None:
    port, page = free_port(), opened.page
    at = f"http://{ADDRESS}:{port}"
    with Served(create_page(hostile.path.parent, Masking(MESSAGE)), port):
        page.goto(f"{at}/runs/run/https")
        look_at(page)
        is_shown_as_text(page)
        expect(page.locator(".rows").get_by_text("<script>window.ran=1").first).to_be_visible()
        assert opened.asked_elsewhere(at) == []


def test_in_a_report(opened: Window, hostile: RunFolder, tmp_path: Path) -> None:
    file, page = tmp_path / "report.html", opened.page
    file.write_text(report(hostile, MESSAGE, lambda _scenario: None, with_secret=True))
    page.goto(f"{file.as_uri()}#https")
    look_at(page)
    is_shown_as_text(page)
    assert opened.asked_elsewhere("file:") == []


def test_in_the_terminal(hostile: RunFolder, tmp_path: Path) -> None:
    commands = [
        ("scan", str(hostile.path / "https.pcapng")),
        ("scan", str(hostile.path / "https.pcapng"), "--secret-file", f"it={tmp_path / 'secret'}"),
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
