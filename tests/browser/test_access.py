"""Keyboard and screen reader: every control can be reached and has a name, and nothing jumps or moves."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from browser.window import whole
from capture.page.place import MESSAGE
from overheard.words.recording import RESULTS
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.serving import ADDRESS, Served
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from browser.window import Window
    from overheard_capture.page.run_folder import RunFolder

# All that the keyboard should reach, and what has the focus, each by its place among all elements, -1 at the end; and
# whether that can be seen.
CONTROLS = """() => { const all = [...document.querySelectorAll("*")];
  return all.filter(each => each.matches("a[href], button:enabled, summary, input:enabled, [tabindex='0']")
    && each.checkVisibility({visibilityProperty: true})).map(each => all.indexOf(each)); }"""
FOCUSED = """() => { const has = document.activeElement; return [has === document.body
  ? -1 : [...document.querySelectorAll("*")].indexOf(has), getComputedStyle(has).outlineStyle]; }"""
SMOOTH = """() => [...document.querySelectorAll("*")].filter(
  each => getComputedStyle(each).scrollBehavior === "smooth").length"""


def test_the_keyboard_reaches_every_control(opened: Window, base: str) -> None:
    page = opened.page
    whole(page, f"{base}https")
    controls, reached = set(page.evaluate(CONTROLS)), list[int]()
    page.locator("body").evaluate("body => body.focus()")
    for _ in range(len(controls) + 20):
        page.keyboard.press("Tab")
        at, outline = page.evaluate(FOCUSED)
        if at < 0:
            break
        reached.append(at)
        assert outline != "none"
    assert controls <= set(reached)
    assert len(reached) == len(set(reached)), "the focus was caught"


def test_all_can_be_done_by_keyboard(opened: Window, base: str) -> None:
    page = opened.page
    whole(page, f"{base}https")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the chapter")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    arrow = page.locator(".arrow", has_text="ClientHello")
    arrow.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="byte by byte")).to_be_focused()
    field = page.get_by_role("button", name="Transport Layer Security", exact=False).first
    field.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Transport Layer Security")).to_be_visible()


def test_the_focus_stays_where_it_is_while_the_page_fills_in(opened: Window, run: RunFolder, tmp_path: Path) -> None:
    copy, page, port = tmp_path / "run", opened.page, free_port()
    shutil.copytree(run.path, copy)
    known = json.loads((copy / RESULTS).read_text())["results"]
    (copy / RESULTS).write_text(json.dumps({"results": known[:1]}))
    with Served(create_page(tmp_path, Masking(MESSAGE)), port):
        page.goto(f"http://{ADDRESS}:{port}/runs/run/")
        link = page.get_by_role("navigation").get_by_role("link", name="mutual-tls")
        expect(link).to_contain_text("being recorded")
        link.focus()
        page.evaluate("window.stays = true")
        (copy / "new").write_text(json.dumps({"results": known}))
        (copy / "new").replace(copy / RESULTS)
        expect(link).to_contain_text("PROTECTED")
        expect(link).to_be_focused()
        expect(page.get_by_role("row").filter(has_text="mutual-tls")).to_contain_text("PROTECTED")
        expect(link).to_be_focused()
        assert page.evaluate("window.stays")


def test_reduced_motion_is_heeded(opened: Window, base: str) -> None:
    page = opened.page
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base}http")
    page.locator(".arrow:visible").first.click()
    expect(page.get_by_role("heading", name="byte by byte")).to_be_focused()
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate(SMOOTH) == 0
