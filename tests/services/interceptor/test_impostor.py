"""A spy in the middle of HTTPS: what he can read depends on whom the client trusts."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from lab.pki import Files
from lab.servers import Answers, serving
from overheard_services.client.ask import Reply, Way, ask
from overheard_services.interceptor.record import How
from processes import SOON
from services.interceptor.process import ADDRESS, Interceptor, started

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.fixture(scope="module")
def server(answers: Answers, files: Files) -> Iterator[str]:
    with serving(answers, files) as url:
        yield url


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, server: str) -> Iterator[Interceptor]:
    with started(tmp_path_factory.mktemp("interceptor"), server) as interceptor:
        yield interceptor


@pytest.fixture
def interceptor(running: Interceptor, answers: Answers) -> Interceptor:
    """An interceptor without any notes."""
    answers.asked.clear()
    for file in running.record.iterdir():
        file.write_bytes(b"")
    return running


def keys_of(interceptor: Interceptor, name: str) -> int:
    text = (interceptor.record / "session.keys").read_text()
    return sum(line.startswith(f"{name} ") for line in text.splitlines())


def test_a_client_that_does_not_verify_is_read_and_warned(server: str, interceptor: Interceptor) -> None:
    reply = ask(f"{server}/", Way(verify=False, through=ADDRESS))
    assert (reply.text, reply.error) == ("fluffy tail", "")
    assert [warning.partition(":")[0] for warning in reply.warned] == ["InsecureRequestWarning"]
    (exchange,) = interceptor.exchanges
    assert exchange["client"].startswith("127.0.0.")
    assert exchange["time"] > 0
    assert {name: exchange[name] for name in ("asked", "status", "saw", "how")} == {
        "asked": f"GET {server}/",
        "status": 200,
        "saw": "fluffy tail",
        "how": How.TLS_OPENED,
    }
    assert "the interceptor read: fluffy tail\n" in interceptor.said


def test_the_keys_of_both_connections_are_written_down(server: str, interceptor: Interceptor) -> None:
    ask(f"{server}/", Way(verify=False, through=ADDRESS))
    assert keys_of(interceptor, "CLIENT_TRAFFIC_SECRET_0") == 2


def test_a_client_that_trusts_only_the_right_ca_sends_nothing(
    server: str, interceptor: Interceptor, files: Files, answers: Answers
) -> None:
    """There is a connection to the server, and no line in the record, as there was nothing to read."""
    reply = ask(f"{server}/", Way(trusting=files.root, through=ADDRESS))
    assert reply.text == ""
    assert reply.error.startswith("SSLError: ")
    assert "certificate verify failed" in reply.error
    assert interceptor.exchanges == []
    assert answers.asked == []
    assert keys_of(interceptor, "SERVER_HANDSHAKE_TRAFFIC_SECRET") == 2


def test_a_client_that_was_made_to_trust_the_impostor_is_read_without_a_warning(
    server: str, interceptor: Interceptor
) -> None:
    assert ask(f"{server}/", Way(trusting=interceptor.root, through=ADDRESS)) == Reply("fluffy tail")
    assert [exchange["saw"] for exchange in interceptor.exchanges] == ["fluffy tail"]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "stranger.example"])
def test_the_impostors_certificate_is_for_the_requested_name(server: str, interceptor: Interceptor, name: str) -> None:
    """So a client that trusts the impostor's CA cannot notice it."""
    context = ssl.create_default_context(cafile=interceptor.root)
    with (
        socket.create_connection((ADDRESS, urlsplit(server).port or 0), timeout=SOON) as raw,
        context.wrap_socket(raw, server_hostname=name) as secured,
    ):
        shown = secured.getpeercert() or {}
    # With the names of the server's own certificate.
    assert {("DNS", "localhost"), ("IP Address", "127.0.0.1")} <= set(shown["subjectAltName"])


def test_the_impostors_ca_is_named_as_such(interceptor: Interceptor) -> None:
    root = x509.load_pem_x509_certificate(interceptor.root.read_bytes())
    (name,) = root.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name.value == "Overheard Lab Impostor Test CA (not for production)"


def test_the_record_is_private(interceptor: Interceptor) -> None:
    modes = {file.name: file.stat().st_mode & 0o777 for file in interceptor.record.iterdir()}
    assert modes == dict.fromkeys(("session.keys", "message.keys", "notebook.jsonl"), 0o600)


def test_nothing_is_written_to_the_users_home(server: str, interceptor: Interceptor) -> None:
    ask(f"{server}/", Way(verify=False, through=ADDRESS))
    assert not (interceptor.folder / "home").exists()


def test_direct_connections_are_not_in_its_record(server: str, interceptor: Interceptor, files: Files) -> None:
    assert ask(f"{server}/", Way(trusting=files.root)) == Reply("fluffy tail")
    assert interceptor.exchanges == []
    assert (interceptor.record / "session.keys").read_bytes() == b""
