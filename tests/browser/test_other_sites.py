"""A page of another site, open in the same browser: it can read nothing of the page, and start nothing by it."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.window import REBOUND, SITE, window
from capture.page.place import MESSAGE, Again
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from overheard_capture.page.run_folder import RunFolder

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


@contextmanager
def site() -> Iterator[str]:
    """Another site, with one empty page."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>acorns</title><link rel=icon href=data:,><body>")

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer((ADDRESS, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://{SITE}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def again() -> Again:
    return Again()


@pytest.fixture
def target(run: RunFolder, again: Again) -> Iterator[str]:
    """The page of the run, where scenarios can be run again."""
    port = free_port()
    with Served(create_page(run.path.parent, Masking(MESSAGE), again), port):
        yield f"http://{ADDRESS}:{port}/runs/{run.name}/"


@pytest.fixture
def elsewhere(chromium: Browser) -> Iterator[Page]:
    with site() as url, window(chromium) as opened:
        opened.page.goto(url)
        yield opened.page


def test_it_can_read_nothing(elsewhere: Page, target: str) -> None:
    for mode in ("cors", "no-cors"):
        assert "TypeError" in elsewhere.evaluate(FETCH, [f"{target}http", "GET", mode])
    assert elsewhere.evaluate(STREAM, f"{target}events") == "refused"
    assert elsewhere.evaluate(PICTURE, f"{target}http") == "refused"
    assert elsewhere.evaluate(SCRIPT, f"{target}http/packets/1") == "refused"
    elsewhere.evaluate(FRAME, f"{target}http")
    framed = elsewhere.frames[-1]
    assert framed.url.startswith("chrome-error:")
    assert MESSAGE not in framed.content()


def test_nor_by_a_name_of_its_own_that_leads_here(chromium: Browser, target: str) -> None:
    """DNS rebinding: its pages then have the same origin."""
    with window(chromium) as opened:
        answer = opened.page.goto(target.replace(ADDRESS, REBOUND))
        assert answer
        assert answer.status == 403
        assert MESSAGE not in opened.page.content()


def test_it_can_start_nothing(elsewhere: Page, target: str, again: Again) -> None:
    assert "TypeError" in elsewhere.evaluate(FETCH, [f"{target}http/again", "POST", "no-cors"])
    elsewhere.evaluate(FORM, f"{target}http/again")
    expect(elsewhere.get_by_text("this request was sent by another page")).to_be_visible()
    assert again.asked == []
