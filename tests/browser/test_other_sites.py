"""A page of another site, open in the same browser: it can read nothing of the page, and start nothing by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.window import REBOUND, SITE, window
from capture.page.place import MESSAGE
from lab.servers import Answers, serving
from overheard_capture.page.serving import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from capture.page.place import Again

# Tries to read an address, and returns what came of it.
FETCH = """async ([url, method, mode]) => {
  try { return await (await fetch(url, {method, mode})).text(); } catch (problem) { return `${problem}`; } }"""
STREAM = """url => new Promise(done => { const stream = new EventSource(url);
  stream.onmessage = stream.onopen = () => done("open"); stream.onerror = () => done("refused"); })"""
PICTURE = """url => new Promise(done => { const made = new Image(); made.onload = () => done("shown");
  made.onerror = () => done("refused"); made.src = url; })"""
SCRIPT = """url => new Promise(done => {
  const made = document.createElement("script"); made.onload = () => done("run");
  made.onerror = () => done("refused"); made.src = url; document.head.append(made); })"""
FRAME = """url => new Promise(done => {
  const made = document.createElement("iframe"); made.onload = () => done("loaded");
  made.src = url; document.body.append(made); })"""
FORM = """url => {
  const made = document.createElement("form"); made.method = "post"; made.action = url;
  made.innerHTML = '<input name="token" value="guessed">'; document.body.append(made); made.submit(); }"""


# Another site, with one empty page.
SITES_PAGE = Answers(
    body=b"<!doctype html><title>acorns</title><link rel=icon href=data:,><body>", content_type="text/html"
)


@pytest.fixture
def elsewhere(chromium: Browser) -> Iterator[Page]:
    with serving(SITES_PAGE) as url, window(chromium) as opened:
        opened.page.goto(url.replace(ADDRESS, SITE))
        yield opened.page


def test_it_can_read_nothing(elsewhere: Page, base: str) -> None:
    for mode in ("cors", "no-cors"):
        assert "TypeError" in elsewhere.evaluate(FETCH, [f"{base}http", "GET", mode])
    assert elsewhere.evaluate(STREAM, f"{base}events") == "refused"
    assert elsewhere.evaluate(PICTURE, f"{base}http") == "refused"
    assert elsewhere.evaluate(SCRIPT, f"{base}http/packets/1") == "refused"
    with elsewhere.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error:")) as framed:
        elsewhere.evaluate(FRAME, f"{base}http")
    assert MESSAGE not in framed.value.content()


def test_nor_by_a_name_of_its_own_that_leads_here(chromium: Browser, base: str) -> None:
    """DNS rebinding: its pages then have the same origin."""
    with window(chromium) as opened:
        answer = opened.page.goto(base.replace(ADDRESS, REBOUND))
        assert answer
        assert answer.status == 403
        assert MESSAGE not in opened.page.content()


def test_it_can_start_nothing(elsewhere: Page, base: str, again: Again) -> None:
    assert "TypeError" in elsewhere.evaluate(FETCH, [f"{base}http/again", "POST", "no-cors"])
    elsewhere.evaluate(FORM, f"{base}http/again")
    expect(elsewhere.get_by_text("this request was sent by another page")).to_be_visible()
    assert again.asked == []
