"""The API of a second recorder: authorisation, and the order of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard_capture.sidecar.second_app import create_second
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

TOKEN = {"Authorization": "Bearer the token"}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """The API, with a recorder that cannot record."""
    variables = {
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(tmp_path / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(tmp_path),
        "OVERHEARD_CAPTURE_INTERFACE": "nowhere0",
    }
    return create_second(Settings.from_environment(variables, judges=False), "the token").test_client()


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/recording"), ("POST", "/recording/end"), ("GET", "/recording"), ("GET", "/x")]
)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}], ids=["no token", "another token"])
def test_without_the_token_every_request_is_refused(
    client: FlaskClient, tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.open(path, method=method, headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "the token of the capture role is required"})
    assert list(tmp_path.iterdir()) == []


def test_health_needs_no_token(client: FlaskClient) -> None:
    assert client.get("/health").status_code == 200


def test_calls_out_of_order_are_refused(client: FlaskClient) -> None:
    ended, fetched = client.post("/recording/end", headers=TOKEN), client.get("/recording", headers=TOKEN)
    assert (ended.status_code, fetched.status_code) == (409, 404)
    assert "nothing is being recorded" in ended.get_json()["error"]
    assert "no recording has ended" in fetched.get_json()["error"]


def test_a_recorder_that_fails_is_an_error_with_a_hint_that_leaves_nothing(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.post("/recording", headers=TOKEN)
    assert answer.status_code == 409
    assert "dumpcap does not record on 'nowhere0'" in answer.get_json()["error"]
    assert list(tmp_path.iterdir()) == []
