"""Validations by a real CA: what it connects to, what it believes, and what it says when it does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from ca.acme.client import Client, encoded
from ca.acme.stage import Stage, staged
from ports import free_port
from rows import for_each

FILE = "/.well-known/acme-challenge/"


def validated(client: Client, name: str, kind: str = "http-01", *, prepare: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """The challenge of a name after its validation; `prepare` gets the token and the right answer before."""
    order = client.order(name).json()
    url = order["authorizations"][0]
    found = client.challenge(url, kind)
    if prepare:
        prepare(found["token"], client.answer(found["token"]))
    client.post(found["url"], {})
    client.settled(url)
    settled: dict[str, Any] = client.post(found["url"]).json()
    return settled


def refused(client: Client, name: str, kind: str = "http-01", **how: Any) -> tuple[str, str]:  # noqa: ANN401
    """The type and the detail of the problem with which a validation failed."""
    found = validated(client, name, kind, **how)
    assert found["status"] == "invalid", found
    return found["error"]["type"].rpartition(":")[2], found["error"]["detail"]


@for_each(end=["", "\n", "\r\n", " \t"])
def test_what_ends_a_file_is_not_of_the_answer(stage: Stage, client: Client, end: str) -> None:
    found = validated(client, "end.test", prepare=lambda token, answer: stage.publish("", token, answer + end))
    assert found["status"] == "valid"
    assert found["validated"].endswith("Z")


@for_each(change=[lambda answer: answer[:-1], lambda answer: answer + "x", lambda answer: " " + answer, str.lower])
def test_another_answer_is_none(stage: Stage, client: Client, change: Any) -> None:  # noqa: ANN401
    code, says = refused(client, "b.test", prepare=lambda token, answer: stage.publish("", token, change(answer)))
    assert code == "incorrectResponse"
    assert "thumbprint" in says


def test_redirects_are_followed(stage: Stage, client: Client) -> None:
    def prepare(token: str, answer: str) -> None:
        stage.publish("", "elsewhere", answer)
        stage.answers.change("add-redirect", path=FILE + token, targetURL=f"http://other.test{FILE}elsewhere")

    assert validated(client, "first.test", prepare=prepare)["status"] == "valid"


@for_each(
    target=[
        ("http://other.test:22/", "only 80 and 443"),
        ("ftp://other.test/", "no address of a page"),
        ("file:///etc/passwd", "no address of a page"),
        ("http://user@other.test/", "no address of a page"),
        ("http://169.254.169.254/latest/meta-data", "connects to none in that network"),
        ("http://[::ffff:169.254.169.254]/", "connects to none in that network"),
        ("http://0.0.0.0/", "connects to none in that network"),
        ("http://[fe80::1]/", "connects to none in that network"),
        ("http://metadata.test/", "connects to none in that network"),
    ]
)
def test_a_redirect_leads_to_no_service_of_the_machine(stage: Stage, client: Client, target: tuple[str, str]) -> None:
    stage.answers.change("add-a", host="metadata.test", addresses=["169.254.169.254"])
    code, says = refused(
        client,
        "first.test",
        prepare=lambda token, _: stage.answers.change("add-redirect", path=FILE + token, targetURL=target[0]),
    )
    assert code == "connection"
    assert target[1] in says


def test_a_circle_of_redirects_ends(stage: Stage, client: Client) -> None:
    def prepare(token: str, _: str) -> None:
        stage.answers.change("add-redirect", path=FILE + token, targetURL=f"http://circle.test{FILE}{token}")

    code, says = refused(client, "circle.test", prepare=prepare)
    assert (code, "redirects" in says) == ("connection", True)


def test_a_forbidden_network_is_not_connected_to(tmp_path: Path) -> None:
    """Neither by the name itself, nor behind a redirect, nor by a name whose address changes meanwhile."""
    with staged(tmp_path / "ca", acme_forbidden="127.0.0.0/8,10.0.0.0/8,::1/128") as stage:
        client = stage.client()
        for address in (["127.0.0.1"], ["10.1.2.3"], ["127.0.0.1", "10.1.2.3"]):
            stage.answers.change("add-a", host="inside.test", addresses=address)
            code, says = refused(client, "inside.test", prepare=lambda token, answer: stage.publish("", token, answer))
            assert code == "connection"
            assert "connects to none in that network" in says
        stage.answers.change("add-aaaa", host="mapped.test", addresses=["::ffff:127.0.0.1"])
        assert refused(client, "mapped.test")[0] == "connection"
        assert refused(client, "inside.test", "tls-alpn-01")[0] == "connection"


def test_a_name_that_changes_after_the_check_leads_nowhere_else(tmp_path: Path) -> None:
    """DNS rebinding: the second answer is the address that is forbidden, where the right response is."""
    with changing("127.0.0.2", "127.0.0.1") as names, staged(tmp_path / "ca", acme_forbidden="127.0.0.1/32") as stage:
        stage.ca.stop()
        stage.ca.settings["acme_resolver"] = f"127.0.0.1:{names.port}"
        stage.ca.start()
        client = stage.client()
        code, says = refused(client, "rebound.test", prepare=lambda token, answer: stage.publish("", token, answer))
        assert (code, "refused" in says) == ("connection", True)
        assert names.asked.count("rebound.test. A") == 1
        # It does change, and what a later validation is told is checked again.
        assert "127.0.0.1, and this CA connects to none" in refused(client, "rebound.test")[1]
        assert stage.refusals()[0][0] == "connection"


@dataclass
class Names:
    """A DNS server for IPv4 addresses, and what it was asked."""

    port: int
    asked: list[str] = field(default_factory=list)


@contextmanager
def changing(*addresses: str) -> Iterator[Names]:
    """A DNS server that gives each address once, and then the last one for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        names = Names(server.getsockname()[1])
        left = list(addresses)

        def answer() -> None:
            while True:
                sent, client = server.recvfrom(4096)
                if not sent:
                    return
                response = dns.message.make_response(dns.message.from_wire(sent))
                (asked,) = response.question
                names.asked.append(f"{asked.name} {dns.rdatatype.to_text(asked.rdtype)}")
                if asked.rdtype == dns.rdatatype.A:
                    address = left.pop(0) if len(left) > 1 else left[0]
                    response.answer.append(dns.rrset.from_text(asked.name, 0, "IN", "A", address))
                server.sendto(response.to_wire(), client)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield names
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


def test_a_name_without_an_address_is_said(stage: Stage, client: Client) -> None:
    stage.answers.change("add-aaaa", host="none.test", addresses=[])
    code, says = refused(client, "none.test")
    assert code == "dns"
    assert "no address" in says


def test_of_several_addresses_the_next_is_tried(stage: Stage, client: Client) -> None:
    stage.answers.change("add-a", host="two.test", addresses=["127.9.9.9", "127.0.0.1"])
    done = validated(client, "two.test", prepare=lambda token, answer: stage.publish("", token, answer))
    assert done["status"] == "valid"


@for_each(value=["", "x", encoded(b"1" * 32)])
def test_another_record_is_no_proof(stage: Stage, client: Client, value: str) -> None:
    name = f"r{len(value)}.test"
    stage.answers.change("set-txt", host=f"_acme-challenge.{name}", value=value)
    assert refused(client, name, "dns-01")[0] == "incorrectResponse"


def test_a_missing_record_is_said(client: Client) -> None:
    code, says = refused(client, "missing.test", "dns-01")
    assert code == "dns"
    assert "_acme-challenge.missing.test" in says


def test_a_certificate_for_another_answer_is_no_proof(stage: Stage, client: Client) -> None:
    stage.answers.change("add-tlsalpn01", host="tls.test", content="another")
    code, says = refused(client, "tls.test", "tls-alpn-01")
    assert code == "incorrectResponse"
    assert "acmeIdentifier" in says


def test_a_server_without_the_protocol_is_no_proof(client: Client) -> None:
    assert refused(client, "plain.test", "tls-alpn-01")[0] == "tls"


@contextmanager
def dripping(port: int) -> Iterator[None]:
    """A server that sends a byte a second for ever."""
    with socket.create_server(("127.0.0.1", port)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.2):
                    try:
                        connection.sendall(b"X-Slow: 1\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield
        stop.set()
        thread.join()


@pytest.mark.slow
def test_a_server_that_never_ends_is_given_up(tmp_path: Path) -> None:
    port = free_port()
    with staged(tmp_path / "ca") as stage:
        stage.ca.stop()
        stage.ca.settings["acme_http_port"] = str(port)
        stage.ca.start()
        client = stage.client()
        with dripping(port):
            assert refused(client, "slow.test")[0] == "connection"


def test_a_server_that_closes_at_once_is_said(tmp_path: Path) -> None:
    with staged(tmp_path / "ca") as stage:
        stage.ca.stop()
        stage.ca.settings["acme_http_port"] = str(free_port())
        stage.ca.start()
        code, says = refused(stage.client(), "closed.test")
        assert code == "connection"
        assert "refused" in says
