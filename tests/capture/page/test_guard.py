"""Who may read the page, and who may start something by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from capture.page.place import HERE, Again
from overheard_capture.page.app import create_page
from overheard_capture.page.guard import POLICY
from overheard_capture.page.masking import Masking

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ORIGIN = {"Origin": "http://127.0.0.1:8080"}


@pytest.fixture
def again() -> Again:
    return Again()


@pytest.fixture
def page(tmp_path: Path, again: Again) -> FlaskClient:
    """A page with one run, in which nothing is."""
    (tmp_path / "run" / "logs").mkdir(parents=True)
    return create_page(tmp_path, Masking("fluffy tail"), again).test_client()


def token_of(page: FlaskClient) -> str:
    found = re.search('name="token" value="([^"]+)"', page.get("/runs/run/http", **HERE).text)
    assert found
    return found[1]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.0.0.1", "localhost:1", "[::1]:8080"])
def test_this_machine_may_read(page: FlaskClient, host: str) -> None:
    assert page.get("/runs/run/", base_url=f"http://{host}").status_code == 200


@pytest.mark.parametrize(
    "host", ["rebound.example", "rebound.example:8080", "127.0.0.1.example", "localhost.example:1"]
)
def test_under_another_name_nothing_can_be_read(page: FlaskClient, host: str) -> None:
    answer = page.get("/runs/run/http", base_url=f"http://{host}")
    assert answer.status_code == 403
    assert "squirrel" not in answer.text.lower()


@pytest.mark.parametrize("path", ["/", "/events", "/runs/run/", "/runs/run/http", "/static/page.js", "/nowhere"])
def test_every_response_is_protected(page: FlaskClient, path: str) -> None:
    with page.head(path, base_url="http://127.0.0.1:8080") as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_page_itself_may_run_a_scenario_again(page: FlaskClient, again: Again) -> None:
    answer = page.post("/runs/run/http/again", data={"token": token_of(page)}, headers=ORIGIN, **HERE)
    assert (answer.status_code, answer.location) == (303, "/runs/run/http")
    assert again.asked == ["http"]


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", ORIGIN),
        ("another", ORIGIN),
        ("right", {}),
        ("right", {"Origin": "null"}),
        ("right", {"Origin": "http://evil.example"}),
        ("right", {"Origin": "http://127.0.0.1:9999"}),
        ("right", {"Origin": "https://127.0.0.1:8080"}),
    ],
    ids=["no token", "another token", "no origin", "opaque", "another site", "another port", "another scheme"],
)
def test_nobody_else_may(page: FlaskClient, again: Again, token: str, headers: dict[str, str]) -> None:
    sent = {"token": token_of(page) if token == "right" else token}  # noqa: S105
    assert page.post("/runs/run/http/again", data=sent, headers=headers, **HERE).status_code == 403
    assert again.asked == []


def test_reading_starts_nothing(page: FlaskClient, again: Again) -> None:
    assert page.get(f"/runs/run/http/again?token={token_of(page)}", headers=ORIGIN, **HERE).status_code == 405
    assert again.asked == []


def test_another_page_cannot_even_read_with_its_origin(page: FlaskClient) -> None:
    assert page.get("/runs/run/", headers={"Origin": "http://evil.example"}, **HERE).status_code == 403


@pytest.mark.parametrize(("mode", "status"), [("no-cors", 403), ("cors", 403), ("navigate", 200)])
def test_another_site_may_lead_here_and_load_nothing(page: FlaskClient, mode: str, status: int) -> None:
    sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    assert page.get("/runs/run/", headers=sent, **HERE).status_code == status
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": mode}
    assert page.get("/runs/run/", headers=own, **HERE).status_code == 200
