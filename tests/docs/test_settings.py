"""The pages of the roles list every setting with its default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docs.pages import ROOT, rows
from overheard.command.sidecar import SETTINGS
from overheard.sidecar.settings import Settings as Sidecar
from overheard.sidecar.telling import Telling
from overheard.words.errors import SettingsError
from overheard.words.services import OF_THE_SERVER
from overheard_capture.sidecar.app import create_app
from overheard_capture.sidecar.settings import Settings as Capture
from overheard_services.client.settings import Alone
from overheard_services.client.settings import Settings as Client
from overheard_services.gallery.settings import Settings as Gallery
from overheard_services.interceptor.settings import Settings as Interceptor
from overheard_services.server.settings import Settings as Server
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICES = (ROOT / "services" / "README.md").read_text()
CAPTURE = (ROOT / "capture" / "README.md").read_text()
SIDECAR = (ROOT / "docs" / "sidecar.md").read_text()


@dataclass(frozen=True)
class Page:
    """One table of settings, the code that reads them, and the variables that the role requires."""

    name: str
    text: str
    source: str
    read: Callable[[Mapping[str, str]], object]
    needs: tuple[str, ...]
    # Some of the server's are read only for HTTPS.
    always: tuple[tuple[str, str], ...] = ()

    @property
    def listed(self) -> dict[str, str]:
        """Every variable in the table with its default."""
        return {name: default for name, default, _ in rows(self.text, "variable |")}

    @property
    def optional(self) -> set[str]:
        """Those that are optional, although they have no default."""
        return {name for name, _, means in rows(self.text, "variable |") if means.startswith("optional: ")}


PAGES = (
    Page(
        "server",
        SERVICES.split("## The server")[1].split("## The gallery")[0],
        "services/overheard_services/server/settings.py",
        Server.from_environment,
        ("OVERHEARD_SERVER_HANDOVER", "OVERHEARD_SERVER_CREDENTIALS"),
        (("OVERHEARD_SERVER_SERVICES", "https"),),
    ),
    Page(
        "gallery",
        SERVICES.split("## The gallery")[1].split("## The interceptor")[0],
        "services/overheard_services/gallery/settings.py",
        Gallery.from_environment,
        ("OVERHEARD_GALLERY_HANDOVER",),
    ),
    Page(
        "interceptor",
        SERVICES.split("## The interceptor")[1].split("## The client")[0],
        "services/overheard_services/interceptor/settings.py",
        Interceptor.from_environment,
        ("OVERHEARD_INTERCEPTOR_HANDOVER", "OVERHEARD_INTERCEPTOR_RECORD"),
    ),
    Page(
        "client",
        SERVICES.split("## The client that runs")[1],
        "services/overheard_services/client/settings.py",
        Client.from_environment,
        (
            "OVERHEARD_CLIENT_HANDOVER",
            "OVERHEARD_CLIENT_ACORN",
            "OVERHEARD_CLIENT_CREDENTIALS",
            "OVERHEARD_CLIENT_GALLERY",
            "OVERHEARD_CLIENT_SHARED_KEY_FILE",
            "OVERHEARD_CAPTURE_TOKEN_FILE",
            "OVERHEARD_CLIENT_KEYS",
        ),
        (("OVERHEARD_RUN", "mine"),),
    ),
    Page(
        "capture",
        CAPTURE,
        "capture/overheard_capture/sidecar/settings.py",
        Capture.from_environment,
        (
            "OVERHEARD_CAPTURE_TOKEN_FILE",
            "OVERHEARD_CAPTURE_RECORDINGS",
            "OVERHEARD_CAPTURE_KEYS",
            "OVERHEARD_CAPTURE_INTERFACE",
        ),
    ),
)
SIDECARS = Page("sidecar", SIDECAR, "lab/overheard/sidecar/settings.py", Sidecar.from_environment, ())
by_page = for_each(page=(*PAGES, SIDECARS))


def read_in(source: str) -> set[str]:
    """The variables that a module reads from the environment."""
    text = (ROOT / source).read_text()
    return set(re.findall(r"env(?:ironment)?\.\w+\(\s*\"(\w+)\"", text))


def enough(page: Page, folder: Path) -> dict[str, str]:
    """The variables that the role requires, and no others."""
    return {**dict.fromkeys(page.needs, str(folder)), **dict(page.always)}


@by_page
def test_a_page_lists_every_variable_that_the_code_reads_and_no_other(page: Page) -> None:
    alone = {"SECRET_URL", "OVERHEARD_CLIENT_CA_FILE"} if page.name == "client" else set()
    assert set(page.listed) == read_in(page.source) - alone


@by_page
def test_setting_a_default_explicitly_changes_nothing(page: Page, tmp_path: Path) -> None:
    """Each default on a page is that of the code."""
    variables = enough(page, tmp_path)
    for name, default in page.listed.items():
        if default and name not in variables:
            assert page.read({**variables, name: default}) == page.read(variables), name


@by_page
def test_a_variable_without_a_default_must_be_set(page: Page, tmp_path: Path) -> None:
    without = {name for name, default in page.listed.items() if not default} - {"OVERHEARD_RUN"}
    assert without - page.optional == set(page.needs)
    page.read({**enough(page, tmp_path), **dict.fromkeys(page.optional, "")})
    for name in page.needs:
        with pytest.raises(SettingsError, match=f"{name} is not set"):
            page.read({**enough(page, tmp_path), name: ""})


def test_the_server_uses_http_by_default() -> None:
    (server, *_) = PAGES
    assert server.listed["OVERHEARD_SERVER_SERVICES"] == "http"
    assert server.read({"OVERHEARD_SERVER_SERVICES": "http"}) == server.read({})


def test_the_services_of_the_server_are_those_of_the_code() -> None:
    listed = {name: url.strip("`") for name, url, _ in rows(SERVICES, "service | at |")}
    assert listed == {name: service.origin for name, service in OF_THE_SERVER.items()}


def test_the_client_alone_needs_only_a_url() -> None:
    listed = rows(SERVICES.split("## The client, alone")[1].split("## The client that runs")[0], "variable |")
    assert [name for name, _, _ in listed] == [
        "SECRET_URL",
        "OVERHEARD_CLIENT_CA_FILE",
        "SECRET_KEY",
        "SECRET_KEY_FILE",
    ]
    assert Alone.from_environment({"SECRET_URL": "http://server:5683"}) == Alone("http://server:5683", None, "")


def test_the_capture_page_lists_every_endpoint(tmp_path: Path) -> None:
    capture = PAGES[-1]
    settings = capture.read(enough(capture, tmp_path))
    assert isinstance(settings, Capture)
    served = {
        f"{method} {re.sub('<([a-z]+)>', lambda found: found[1].upper(), rule.rule)}"
        for rule in create_app(settings, "token").url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    listed = set(re.findall(r"^\| `((?:GET|POST|PUT) /\S*)` \|", CAPTURE, re.MULTILINE))
    # Flask adds an endpoint for static files, which is not ours.
    assert listed == served


def test_each_setting_of_the_sidecar_is_an_option_too() -> None:
    assert [setting.variable for setting in SETTINGS] == [*dict.fromkeys(setting.variable for setting in SETTINGS)]
    assert {setting.variable for setting in SETTINGS} == set(SIDECARS.listed)
    for setting in SETTINGS:
        if default := SIDECARS.listed[setting.variable]:
            assert f"({default}" in setting.says or f"({default})" in setting.says


def test_the_page_of_the_sidecar_lists_what_is_served() -> None:
    pages = Telling(Sidecar.from_environment({}), "").pages()
    (table,) = re.findall(r"(?<=\| from \| it is \|\n)(?:\|.*\n)+", SIDECAR)
    assert set(re.findall(r"`(/\w+)`", table)) == set(pages)
