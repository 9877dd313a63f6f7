"""The browser's moments of the tutorial: a token, a warning, and the message once the browser trusts the CA."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect

from applications.servers import program
from browser.firefox import firefox
from browser.window import launch, window
from ca.process import CaProcess
from lab.command.process import overheard
from overheard.words.secret import SECRET_MESSAGE
from services.server.process import REQUESTERS, under

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Playwright

    from services.server.process import Server


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    made = CaProcess(tmp_path_factory.mktemp("moments") / "ca", requesters=REQUESTERS)
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture(scope="module")
def server(ca: CaProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with under(ca, tmp_path_factory.mktemp("server"), "http", "https") as running:
        yield running


def certutil(database: Path, *arguments: str) -> None:
    subprocess.run([program("certutil"), "-d", f"sql:{database}", *arguments], check=True)


def trust(database: Path, ca: CaProcess) -> None:
    """Let a browser trust the CA: NSS reads its database again for each certificate that it does not know."""
    certutil(database, "-A", "-t", "C,,", "-n", "the CA of the lab", "-i", str(ca.state / "root.pem"))


def test_without_the_key_it_shows_a_token(chromium: Browser, server: Server) -> None:
    with window(chromium) as opened:
        opened.page.goto(server.url("http", "/fernet"))
        shown = opened.page.locator("body").inner_text()
    assert shown.startswith("gAAAA")
    assert SECRET_MESSAGE not in shown


def test_without_the_ca_it_warns(chromium: Browser, server: Server) -> None:
    with window(chromium) as opened:
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            opened.page.goto(server.url("https"))
        expect(opened.page.get_by_text("Your connection is not private").first).to_be_visible()
        expect(opened.page.get_by_text("ERR_CERT_AUTHORITY_INVALID").first).to_be_visible()
        assert SECRET_MESSAGE not in opened.page.content()


@pytest.mark.parametrize("words", ["ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_UNKNOWN_ISSUER"])
def test_the_words_of_the_warning_lead_to_the_cause(words: str) -> None:
    done = overheard("errors", words)
    assert done.returncode == 0
    assert "untrusted" in done.stdout or "missing-intermediate" in done.stdout


def test_with_the_ca_in_its_profile_it_shows_the_message(
    playwright: Playwright, ca: CaProcess, server: Server, tmp_path: Path
) -> None:
    """As in docs/by-hand.md."""
    database = tmp_path / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certutil(database, "-N", "--empty-password")
    trust(database, ca)
    browser = launch(playwright, HOME=str(tmp_path))
    try:
        with window(browser) as opened:
            opened.page.goto(server.url("https"))
            expect(opened.page.get_by_text(SECRET_MESSAGE)).to_be_visible()
    finally:
        browser.close()


def test_firefox_has_words_of_its_own_and_trusts_the_ca_in_its_profile(
    ca: CaProcess, server: Server, tmp_path: Path
) -> None:
    program("firefox-esr")
    certutil(tmp_path, "-N", "--empty-password")
    with firefox(tmp_path) as browser:
        assert browser.open(server.url("https")) == "insecure certificate"
        shown = browser.words("SEC_ERROR_UNKNOWN_ISSUER")
        assert SECRET_MESSAGE not in shown
        trust(tmp_path, ca)
        assert browser.open(server.url("https")) == ""
        assert SECRET_MESSAGE in browser.words()
