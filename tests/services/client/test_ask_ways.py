"""The ways in which chapters make requests: a real server observes each, and nothing else changes."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lab.pki import Files
from overheard_services.client.ask import Reply, Way, ask
from overheard_services.client.stranger import stranger
from overheard_services.enrolment import enrol
from ports import free_port
from processes import LONG, SOON
from services.client.tls import Observed, observing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.servers import Answers
    from services.client.place import Place


@pytest.fixture
def noticed(files: Files) -> Iterator[Observed]:
    with observing(files) as noticed:
        yield noticed


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


# ---- through a lying name server


def test_a_lying_name_server_changes_the_address_and_not_the_requested_name(noticed: Observed) -> None:
    asked = f"squirrel.example:{port_of(noticed.url)}"
    reply = ask(f"https://{asked}/", Way(verify=False, through="127.0.0.1"))
    assert reply.text == "fluffy tail"
    assert (noticed.names, noticed.hosts) == (["squirrel.example"], [asked])


@pytest.mark.slow
def test_the_name_in_the_url_is_the_one_that_is_verified(noticed: Observed, files: Files, place: Place) -> None:
    """Not that of the host that it was redirected to: that is the spy's, and would match."""
    reply = ask(f"https://squirrel.example:{port_of(noticed.url)}/", Way(trusting=files.root, through="localhost"))
    assert "Hostname mismatch, certificate is not valid for 'squirrel.example'" in reply.error
    assert noticed.hosts == []
    # The certificate of the lab's server is also for `server`, which does not resolve on this machine.
    way = Way(trusting=place.ca.state / "root.pem", through="127.0.0.1")
    assert ask(f"https://server:{place.server.ports['https']}/", way) == Reply("fluffy tail")


def test_a_redirected_client_never_reaches_the_right_server(http: str, answers: Answers) -> None:
    reply = ask(http.replace("127.0.0.1", "localhost"), Way(through="127.0.0.2"))
    assert "Connection refused" in reply.error
    assert answers.asked == []


@pytest.mark.parametrize("through", ["127.0.0.1", "127.0.0.2", "x." * 130])
def test_name_resolution_is_restored_afterwards(http: str, through: str) -> None:
    honest = socket.getaddrinfo
    reply = ask(http.replace("127.0.0.1", "localhost"), Way(through=through))
    assert bool(reply.error) is (through != "127.0.0.1")
    assert socket.getaddrinfo is honest
    assert ask(http.replace("127.0.0.1", "localhost")).text == "fluffy tail"


def test_without_redirection_the_machines_name_resolution_is_used(noticed: Observed, files: Files) -> None:
    assert ask(noticed.url, Way(trusting=files.root)) == Reply("fluffy tail")
    assert noticed.names == ["localhost"]


# ---- without looking


def test_a_client_that_does_not_verify_gets_the_message_and_a_warning(https: str, other: Files) -> None:
    for way in (Way(verify=False), Way(verify=False, trusting=other.root)):
        reply = ask(https, way)
        assert (reply.text, reply.error) == ("fluffy tail", "")
        (warning,) = reply.warned
        assert warning.startswith("InsecureRequestWarning: Unverified HTTPS request is being made to host '127.0.0.1'.")


def test_each_request_without_verification_is_warned_about(https: str) -> None:
    """By default Python shows the same warning once per program."""
    assert [len(ask(https, Way(verify=False)).warned) for _ in range(3)] == [1, 1, 1]


def test_other_requests_get_no_warning(http: str, https: str, files: Files) -> None:
    assert ask(https, Way(trusting=files.root)).warned == ()
    assert ask(https).warned == ()
    assert ask(http, Way(verify=False)).warned == ()


# ---- with a certificate of its own


def test_it_presents_the_given_certificate(place: Place, tmp_path: Path) -> None:
    root = place.ca.state / "root.pem"
    place.ca.new_token("client")
    mine = enrol(place.ca.url, place.ca.handover / "client", ["squirrel"], tmp_path / "squirrel")
    way = Way(trusting=root, certificate=(mine.certificate, mine.key))
    assert ask(place.server.url("mutual-tls"), way) == Reply("fluffy tail", greeting="Hello squirrel")
    assert "alert certificate required" in ask(place.server.url("mutual-tls"), Way(trusting=root)).error
    way = Way(trusting=root, certificate=stranger(tmp_path))
    assert "alert unknown ca" in ask(place.server.url("mutual-tls"), way).error


def test_a_missing_or_mismatched_certificate_is_reported(https: str, files: Files, other: Files) -> None:
    nowhere = files.root.parent / "nowhere.pem"
    for certificate, words in (((nowhere, nowhere), "invalid path"), ((files.certificate, other.key), "mismatch")):
        error = ask(https, Way(trusting=files.root, certificate=certificate)).error
        assert words in error


# ---- with ciphers of its own


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_the_offered_suite_is_negotiated(noticed: Observed, files: Files, suite: str) -> None:
    assert ask(noticed.url, Way(trusting=files.root, ciphers=suite)).text == "fluffy tail"
    assert (noticed.versions, noticed.suites) == (["TLSv1.2"], [suite])


def test_without_its_own_ciphers_it_uses_tls_1_3(noticed: Observed, files: Files) -> None:
    assert ask(noticed.url, Way(trusting=files.root)).text == "fluffy tail"
    assert noticed.versions == ["TLSv1.3"]
    assert noticed.suites[0].startswith("TLS_")


def test_an_unusable_or_invalid_suite_is_reported(noticed: Observed, files: Files) -> None:
    assert "handshake failure" in ask(noticed.url, Way(trusting=files.root, ciphers="AES128-GCM-SHA256")).error
    assert "No cipher can be selected" in ask(noticed.url, Way(trusting=files.root, ciphers="ACORN")).error
    assert noticed.hosts == []


# ---- with patience


@contextmanager
def silent() -> Iterator[str]:
    """A server that accepts a connection, and sends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []
        taking = threading.Thread(target=lambda: taken.append(listener.accept()[0]), daemon=True)
        taking.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        taking.join(LONG)
        for connection in taken:
            connection.close()


def test_it_waits_no_longer_than_its_timeout() -> None:
    with silent() as url:
        began = time.monotonic()
        reply = ask(url, Way(patience=0.2))
        assert 0.2 <= time.monotonic() - began < SOON
    assert reply.error.startswith("ReadTimeout: ")
    assert "(read timeout=0.2)" in reply.error


# ---- with something to say


@pytest.mark.parametrize("said", [{"public": "an acorn"}, {}, [], "", 0, False])
def test_posted_data_arrives_as_json(said: object) -> None:
    """Even a value that counts as false: only None is a GET."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hear() -> None:
            with listener.accept()[0] as connection:
                text = b""
                while not text.endswith(json.dumps(said).encode()):
                    text += connection.recv(4096)
                heard.append(text)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nheard")

        hearing = threading.Thread(target=hear, daemon=True)
        hearing.start()
        assert ask(f"http://127.0.0.1:{listener.getsockname()[1]}/", Way(patience=5), post=said).text == "heard"
        hearing.join(LONG)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == said


def test_a_post_to_a_closed_port_is_reported() -> None:
    assert "Connection refused" in ask(f"http://127.0.0.1:{free_port()}/", post={}).error
