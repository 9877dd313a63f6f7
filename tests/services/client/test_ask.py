"""Requests to real servers; nothing in the environment changes whom the client trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard_services.client.ask import Reply, Way, ask
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files
    from lab.servers import Answers


def test_it_gets_the_message_over_http(http: str, answers: Answers) -> None:
    assert ask(http) == Reply("fluffy tail")
    assert [(method, path) for method, path, _ in answers.asked] == [("GET", "/")]


def test_it_gets_the_message_over_https_from_a_trusted_server(https: str, files: Files) -> None:
    assert ask(https, Way(trusting=files.root)) == Reply("fluffy tail")
    assert ask(https.replace("127.0.0.1", "localhost"), Way(trusting=files.root)) == Reply("fluffy tail")


def test_a_message_in_any_script_arrives(http: str, answers: Answers) -> None:
    answers.body = "buschiger Schwänz 🐿".encode()
    assert ask(http).text == "buschiger Schwänz 🐿"


@pytest.mark.parametrize("trusting", ["nobody", "somebody else"])
def test_it_exchanges_nothing_with_an_untrusted_server(
    https: str, other: Files, answers: Answers, trusting: str
) -> None:
    reply = ask(https, Way(trusting=other.root if trusting == "somebody else" else None))
    assert reply.text == ""
    assert reply.error.startswith("SSLError: HTTPSConnectionPool(host='127.0.0.1', port=")
    assert "certificate verify failed: unable to get local issuer certificate" in reply.error
    assert answers.asked == []


def test_the_trust_store_of_the_machine_is_ignored(
    https: str, files: Files, other: Files, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither adds nor removes trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(files.root))
    assert "certificate verify failed" in ask(https, Way(trusting=other.root)).error
    assert "certificate verify failed" in ask(https).error
    assert answers.asked == []
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(other.root))
    assert ask(https, Way(trusting=files.root)).text == "fluffy tail"


def test_a_proxy_is_ignored(http: str, https: str, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert ask(http).text == "fluffy tail"
    assert ask(https, Way(trusting=files.root)).text == "fluffy tail"


def test_a_netrc_is_ignored(http: str, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a password would be sent in clear without being requested."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login squirrel password acorn\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ask(http)
    assert answers.asked[0][2].get("Authorization") is None


def keys_in(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.startswith("#")] if file.exists() else []


def test_session_keys_are_written_to_the_given_file_only(
    https: str, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, environments = tmp_path / "given.keys", tmp_path / "environment.keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(environments))
    assert ask(https, Way(trusting=files.root, keys=given)).text == "fluffy tail"
    assert any(line.startswith("CLIENT_TRAFFIC_SECRET_0 ") for line in keys_in(given))
    assert keys_in(environments) == []


def test_the_keys_of_each_connection_are_added(https: str, files: Files, tmp_path: Path) -> None:
    given = tmp_path / "given.keys"
    for _ in range(2):
        ask(https, Way(trusting=files.root, keys=given))
    names = [line.split()[0] for line in keys_in(given)]
    assert names.count("CLIENT_TRAFFIC_SECRET_0") == 2


def test_without_a_file_the_keys_go_to_sslkeylogfile(
    https: str, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "user.keys"))
    ask(https, Way(trusting=files.root))
    assert keys_in(tmp_path / "user.keys")


def test_keeping_keys_does_not_weaken_verification(https: str, other: Files, answers: Answers, tmp_path: Path) -> None:
    """The connection that writes its keys verifies like any other."""
    reply = ask(https, Way(trusting=other.root, keys=tmp_path / "given.keys"))
    assert "certificate verify failed" in reply.error
    assert answers.asked == []


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_response_is_reported(http: str, answers: Answers, status: int) -> None:
    answers.status = status
    reply = ask(http)
    assert reply.text == ""
    assert reply.error.startswith(f"HTTPError: {status} ")


def test_a_closed_port_is_reported() -> None:
    reply = ask(f"http://127.0.0.1:{free_port()}/")
    assert reply.error.startswith("ConnectionError: ")
    assert "Connection refused" in reply.error


def test_plain_http_to_an_https_server_and_vice_versa_are_reported(http: str, https: str) -> None:
    assert ask(https.replace("https", "http")).error
    reply = ask(http.replace("http", "https"))
    assert reply.error.startswith("SSLError: ")


def test_a_missing_ca_file_is_reported(https: str, tmp_path: Path, answers: Answers) -> None:
    assert "invalid path" in ask(https, Way(trusting=tmp_path / "nowhere.pem")).error
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert ask(https, Way(trusting=empty)).error
    assert answers.asked == []


@pytest.mark.parametrize("url", ["http://", "http://a..b/", "http://[::1", "http://localhost:99999/", "nonsense"])
def test_an_invalid_url_is_reported(url: str) -> None:
    assert ask(url).error
