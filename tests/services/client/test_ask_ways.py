"""The ways of asking that chapters differ in: each is what a real server finds, and changes nothing else."""

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
from services.client.tls import Listed, Noticed, noticing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.servers import Answers
    from services.client.place import Place


@pytest.fixture
def noticed(files: Files) -> Iterator[Noticed]:
    with noticing(files) as noticed:
        yield noticed


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


# ---- through a lying name server


def test_a_lying_name_server_changes_where_it_goes_and_not_whom_it_asks_for(noticed: Noticed) -> None:
    asked = f"squirrel.example:{port_of(noticed.url)}"
    reply = ask(f"https://{asked}/", Way(verify=False, through="127.0.0.1"))
    assert reply.text == "fluffy tail"
    assert (noticed.names, noticed.hosts) == (["squirrel.example"], [asked])


def test_the_name_that_is_verified_is_the_one_in_the_url(noticed: Noticed, files: Files, place: Place) -> None:
    """Not the one of the host that it was led to: that would be the spy's own, and right."""
    reply = ask(f"https://squirrel.example:{port_of(noticed.url)}/", Way(trusting=files.root, through="localhost"))
    assert "Hostname mismatch, certificate is not valid for 'squirrel.example'" in reply.error
    assert noticed.hosts == []
    # The certificate of the lab's own server is for `server`, too, which nobody knows on this machine.
    way = Way(trusting=place.ca.state / "root.pem", through="127.0.0.1")
    assert ask(f"https://server:{place.server.ports['https']}/", way) == Reply("fluffy tail")


def test_whoever_it_is_led_to_it_does_not_ask_the_right_one(http: str, answers: Answers) -> None:
    reply = ask(http.replace("127.0.0.1", "localhost"), Way(through="127.0.0.2"))
    assert "Connection refused" in reply.error
    assert answers.asked == []


@pytest.mark.parametrize("through", ["127.0.0.1", "127.0.0.2", "x." * 130])
def test_afterwards_the_name_server_is_honest_again(http: str, through: str) -> None:
    honest = socket.getaddrinfo
    reply = ask(http.replace("127.0.0.1", "localhost"), Way(through=through))
    assert bool(reply.error) is (through != "127.0.0.1")
    assert socket.getaddrinfo is honest
    assert ask(http.replace("127.0.0.1", "localhost")).text == "fluffy tail"


def test_who_is_led_nowhere_asks_whom_the_machine_knows(noticed: Noticed, files: Files) -> None:
    assert ask(noticed.url, Way(trusting=files.root)) == Reply("fluffy tail")
    assert noticed.names == ["localhost"]


# ---- without looking


def test_who_does_not_look_gets_the_message_and_a_warning(https: str, other: Files) -> None:
    for way in (Way(verify=False), Way(verify=False, trusting=other.root)):
        reply = ask(https, way)
        assert (reply.text, reply.error) == ("fluffy tail", "")
        (warning,) = reply.warned
        assert warning.startswith("InsecureRequestWarning: Unverified HTTPS request is being made to host '127.0.0.1'.")


def test_each_who_does_not_look_is_warned_anew(https: str) -> None:
    """Python would show the same warning once a program."""
    assert [len(ask(https, Way(verify=False)).warned) for _ in range(3)] == [1, 1, 1]


def test_nobody_else_is_warned(http: str, https: str, files: Files) -> None:
    assert ask(https, Way(trusting=files.root)).warned == ()
    assert ask(https).warned == ()
    assert ask(http, Way(verify=False)).warned == ()


# ---- with a certificate of its own


def test_it_shows_the_certificate_that_it_is_given(place: Place, tmp_path: Path) -> None:
    root = place.ca.state / "root.pem"
    place.ca.new_token("client")
    mine = enrol(place.ca.url, place.ca.handover / "client", ["squirrel"], tmp_path / "squirrel")
    way = Way(trusting=root, certificate=(mine.certificate, mine.key))
    assert ask(place.server.url("mutual-tls"), way) == Reply("fluffy tail", greeting="Hello squirrel")
    assert "alert certificate required" in ask(place.server.url("mutual-tls"), Way(trusting=root)).error
    way = Way(trusting=root, certificate=stranger(tmp_path))
    assert "alert unknown ca" in ask(place.server.url("mutual-tls"), way).error


def test_a_certificate_that_is_not_there_or_not_for_its_key_is_told(https: str, files: Files, other: Files) -> None:
    nowhere = files.root.parent / "nowhere.pem"
    for certificate, words in (((nowhere, nowhere), "invalid path"), ((files.certificate, other.key), "mismatch")):
        error = ask(https, Way(trusting=files.root, certificate=certificate)).error
        assert words in error


# ---- with ciphers of its own


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_the_suite_that_it_offers_is_the_one_that_is_agreed_on(noticed: Noticed, files: Files, suite: str) -> None:
    assert ask(noticed.url, Way(trusting=files.root, ciphers=suite)).text == "fluffy tail"
    assert (noticed.versions, noticed.suites) == (["TLSv1.2"], [suite])


def test_without_ciphers_of_its_own_it_speaks_tls_1_3(noticed: Noticed, files: Files) -> None:
    assert ask(noticed.url, Way(trusting=files.root)).text == "fluffy tail"
    assert noticed.versions == ["TLSv1.3"]
    assert noticed.suites[0].startswith("TLS_")


def test_a_suite_that_the_server_has_no_key_for_or_that_is_none_is_told(noticed: Noticed, files: Files) -> None:
    assert "handshake failure" in ask(noticed.url, Way(trusting=files.root, ciphers="AES128-GCM-SHA256")).error
    assert "No cipher can be selected" in ask(noticed.url, Way(trusting=files.root, ciphers="ACORN")).error
    assert noticed.hosts == []


# ---- heeding a revocation list


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Listed:
    return Listed.make(tmp_path_factory.mktemp("listed"))


def test_what_is_on_the_revocation_list_is_not_trusted(listed: Listed) -> None:
    with noticing(listed.files) as noticed:
        reply = ask(noticed.url, Way(trusting=listed.files.root, crl=listed.revoked))
        assert "certificate verify failed: certificate revoked" in reply.error
        assert noticed.hosts == []


def test_what_is_not_on_the_list_or_on_one_that_is_not_heeded_is_trusted(listed: Listed) -> None:
    with noticing(listed.files) as noticed:
        assert ask(noticed.url, Way(trusting=listed.files.root, crl=listed.empty)) == Reply("fluffy tail")
        assert ask(noticed.url, Way(trusting=listed.files.root)) == Reply("fluffy tail")


def test_a_list_is_asked_for_where_one_is_to_be_heeded(https: str, files: Files, listed: Listed) -> None:
    reply = ask(https, Way(trusting=files.root, crl=listed.empty))
    assert "unable to get certificate CRL" in reply.error
    nowhere = ask(https, Way(trusting=files.root, crl=files.root.parent / "nowhere.pem"))
    assert nowhere.error.startswith("FileNotFoundError: ")


# ---- with patience


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes a connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []
        taking = threading.Thread(target=lambda: taken.append(listener.accept()[0]), daemon=True)
        taking.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        taking.join(LONG)
        for connection in taken:
            connection.close()


def test_it_waits_no_longer_than_its_patience_lasts() -> None:
    with silent() as url:
        began = time.monotonic()
        reply = ask(url, Way(patience=0.2))
        assert 0.2 <= time.monotonic() - began < SOON
    assert reply.error.startswith("ReadTimeout: ")
    assert "(read timeout=0.2)" in reply.error


# ---- with something to say


@pytest.mark.parametrize("said", [{"public": "an acorn"}, {}, [], "", 0, False])
def test_what_it_posts_arrives_as_json(said: object) -> None:
    """Even what counts as false: only nothing at all is a GET."""
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


def test_nobody_there_to_hear_it_is_told() -> None:
    assert "Connection refused" in ask(f"http://127.0.0.1:{free_port()}/", post={}).error
