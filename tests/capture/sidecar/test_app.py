"""The API of the capture role: authorisation, names, and order of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from capture.playing import played
from overheard_capture.sidecar.app import create_app
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from overheard.engines.base import Engine

TOKEN = {"Authorization": "Bearer the token"}
EVERYTHING = [
    ("POST", "/runs/mine/recordings/one"),
    ("POST", "/runs/mine/recordings/one/end"),
    ("GET", "/runs/mine/recordings/one"),
    ("GET", "/runs/mine/verdicts"),
    ("PUT", "/runs/mine/results"),
    ("GET", "/nowhere"),
]


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """The API, with a recorder that cannot record."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    variables = {
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(tmp_path / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(recordings),
        "OVERHEARD_CAPTURE_KEYS": str(recordings),
        "OVERHEARD_CAPTURE_INTERFACE": "nowhere0",
    }
    return create_app(Settings.from_environment(variables), "the token").test_client()


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer another"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer the token!"}],
    ids=["no token", "another token", "an empty token", "a token that begins like it"],
)
def test_without_the_token_every_request_is_refused(
    client: FlaskClient, tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.open(path, method=method, headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "the token of the capture role is required"})
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_non_ascii_token_is_refused_like_any_other(client: FlaskClient) -> None:
    assert client.get("/runs/mine/verdicts", headers={"Authorization": "Bearer tökén"}).status_code == 401


def test_health_needs_no_token(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"status": "ok", "role": "capture", "interface": "nowhere0"},
    )


def test_unknown_names_are_not_found(client: FlaskClient) -> None:
    for path in ("/runs/mine/verdicts", "/runs/mine/recordings/one"):
        answer = client.get(path, headers=TOKEN)
        assert answer.status_code == 404
        assert "mine" in answer.get_json()["error"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"{}", b'{"results": 7}', b'{"results": [7]}', b'{"results": [{}]}', b"\xff"]
)
def test_a_body_that_is_no_list_of_results_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.put("/runs/mine/results", data=body, headers=TOKEN, content_type="application/json")
    assert answer.status_code == 400
    assert "'results'" in answer.get_json()["error"]


def test_results_of_a_run_that_was_not_recorded_are_refused(client: FlaskClient, tmp_path: Path) -> None:
    assert client.put("/runs/mine/results", json={"results": []}, headers=TOKEN).status_code == 404
    assert list((tmp_path / "recordings").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "a.b", "A", "-a", "a_b", "a b", "ä", "x" * 65, "%00", "..%5c..", ".hidden", "a%0a"]
)
@pytest.mark.parametrize("where", ["/runs/{}/recordings/one", "/runs/mine/recordings/{}"])
def test_an_invalid_name_is_refused_and_leaves_nothing(
    client: FlaskClient, tmp_path: Path, where: str, name: str
) -> None:
    for method in ("POST", "GET"):
        answer = client.open(where.format(name), method=method, headers=TOKEN)
        assert answer.status_code in {404, 409}
    assert list((tmp_path / "recordings").iterdir()) == []


@pytest.mark.parametrize("path", ["/runs/../../etc/recordings/passwd", "/runs/mine/recordings/..%2f..%2ftoken"])
def test_no_path_leaves_the_folder(client: FlaskClient, tmp_path: Path, path: str) -> None:
    (tmp_path / "token.pcapng").write_bytes(b"somebody else's")
    for method in ("POST", "GET"):
        answer = client.open(path, method=method, headers=TOKEN)
        assert answer.status_code in {404, 405, 409}
        assert b"somebody else's" not in answer.data
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_recorder_that_fails_is_an_error_with_a_hint_and_can_be_retried(client: FlaskClient, tmp_path: Path) -> None:
    """It leaves no file that would be in the way."""
    for _ in range(2):
        answer = client.post("/runs/mine/recordings/one", headers=TOKEN)
        assert answer.status_code == 409
        assert "dumpcap does not record on 'nowhere0'" in answer.get_json()["error"]
        assert "check that the interface exists" in answer.get_json()["error"]
    assert list((tmp_path / "recordings" / "mine").iterdir()) == []


@pytest.fixture(scope="module")
def steps(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:  # noqa: ARG001
    """The results of every call, right and wrong, in namespaces of its own."""
    return played("sidecar", tmp_path_factory.mktemp("sidecar"))


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        ("end without begin", 409, "'one' is not being recorded"),
        ("begin again", 409, "'one' is being recorded"),
        ("begin another", 409, "'one' is being recorded"),
        ("end another", 409, "'two' is not being recorded"),
        ("end in another run", 409, "'one' is not being recorded"),
        ("fetch too early", 404, "no recording 'one' has ended"),
        ("verdicts too early", 404, "nothing was recorded in the run 'mine'"),
        ("end again", 409, "'one' is not being recorded"),
        ("begin once more", 409, "'one' was recorded already in this run"),
    ],
)
def test_calls_out_of_order_are_refused(steps: dict[str, Any], step: str, status: int, words: str) -> None:
    code, body = steps[step]
    assert code == status
    assert words in body["error"]


def test_calls_in_order_record_and_judge(steps: dict[str, Any]) -> None:
    assert steps["begin"] == [201, {"run": "mine", "name": "one"}]
    code, word = steps["end"]
    assert (code, word["name"], word["exit_code"]) == (200, "one", 0)
    assert steps["fetch"] == [200, steps["size"]]
    code, verdicts = steps["verdicts"]
    assert (code, list(verdicts)) == (200, ["one"])
    # Nothing was sent, and no control was recorded.
    failed = {check["code"] for check in verdicts["one"]["checks"] if not check["holds"]}
    assert verdicts["one"]["outcome"] == "INCONCLUSIVE"
    assert failed == {"something", "present", "control"}


def test_the_judge_gets_the_keys_of_the_client_and_of_the_interceptor(local_engine: Engine, tmp_path: Path) -> None:  # noqa: ARG001
    """Each key opens for its owner, and a line of the notebook counts for the recording it was written in."""
    plainly = "plainly"
    assert played("spied", tmp_path) == {
        "http": ["OVERHEARD", plainly],
        "own-key": ["PROTECTED"],
        "his-key": ["OVERHEARD", f"{plainly}, in Fernet opened with a key of the interceptor"],
        "noted": ["OVERHEARD", f"{plainly}, in the notebook of the interceptor"],
    }


def test_its_files_are_private(steps: dict[str, Any]) -> None:
    assert steps["files"] == ["one.pcapng", "one.recording.json", "results.json", "verdicts.json"]
    assert all(mode & 0o077 == 0 for mode in steps["modes"])
    assert not steps["children"]
