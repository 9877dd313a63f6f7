"""`overheard report`: one file, opened from disk, without a network."""

from __future__ import annotations

import base64
import gzip
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.window import window
from capture.page.place import MESSAGE, part_of
from lab.command.process import overheard
from overheard.words.secret import Secret
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from overheard_capture.page.run_folder import RunFolder


@pytest.fixture(scope="module")
def with_secret(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with the secret and the recordings, of one chapter."""
    folder = tmp_path_factory.mktemp("with")
    part, file = part_of(run, folder / run.name, "http"), folder / "with.html"
    options = ("--runs", str(folder), "-o", str(file), "--with-secret", "--with-recordings")
    done = overheard("report", part.name, *options, OVERHEARD_MESSAGE=MESSAGE)
    assert done.returncode == 0, done.stderr
    return file


def said(report: Path) -> list[bytes]:
    """A report, and what is packed in it."""
    html = report.read_bytes()
    packed = re.search(rb'id="embedded">([^<]+)<', html)
    assert packed
    return [html, gzip.decompress(base64.b64decode(packed[1]))]


def test_the_secret_is_nowhere_in_it(report_file: Path, with_secret: Path) -> None:
    """In no spelling, unless it was asked for."""
    search = search_for((Secret("message", MESSAGE.encode()),))
    for text in said(report_file):
        assert [text[max(0, each.offset - 200) : each.offset + 100] for each in search.matches(text)] == []
    assert all(list(search.matches(text)) for text in said(with_secret))
    assert report_file.stat().st_mode & 0o077
    assert not with_secret.stat().st_mode & 0o077


def test_it_works_from_disk_without_a_network(chromium: Browser, report_file: Path) -> None:
    with window(chromium) as opened:
        page = opened.page
        page.context.set_offline(True)
        page.goto(report_file.as_uri())
        expect(page.get_by_text("In what was recorded, the secret is masked.")).to_be_visible()
        chapters = page.get_by_role("navigation").get_by_role("link")
        expect(page.get_by_role("table")).to_be_visible()
        for name in ("http", "https"):
            chapters.filter(has=page.get_by_text(name, exact=True)).click()
            expect(page.locator(f"article#{name}")).to_be_visible()
            expect(page.locator("article:visible")).to_have_count(1)
        expect(page.locator("article#https .packet")).to_be_visible()
        chapter = page.locator("article#https")
        response = chapter.get_by_role("region", name="The response of https,", exact=False)
        expect(response.locator("mark.place").first).to_be_visible()
        chapter.get_by_role("button", name="With the session keys").first.click()
        expect(response.locator("mark.secret").first).to_have_text("··")
        chapter.get_by_role("button", name="ClientHello").click()
        chapter.get_by_role("region", name="Frame,", exact=False).locator('[data-at="66"]').first.click()
        expect(chapter.locator(".about")).to_contain_text("Content Type")
        assert opened.wrong == []
        assert opened.asked_elsewhere("file:") == []


def test_with_the_secret_it_is_shown_and_the_recordings_can_be_saved(
    chromium: Browser, with_secret: Path, run: RunFolder, tmp_path: Path
) -> None:
    with window(chromium) as opened:
        page = opened.page
        page.goto(f"{with_secret.as_uri()}#http")
        expect(page.get_by_text("The secret is in it.")).to_be_visible()
        expect(page.locator("article#http").get_by_text(f"“{MESSAGE}”").first).to_be_visible()
        with page.expect_download() as saving:
            page.locator("article#http").get_by_role("link", name="The recording, for Wireshark").click()
        saving.value.save_as(tmp_path / "saved.pcapng")
        assert (tmp_path / "saved.pcapng").read_bytes() == run.recording("http").read_bytes()
        assert opened.wrong == []
