"""The server's certificate by ACME, from a real CA that looks at the server."""

from __future__ import annotations

import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from werkzeug.serving import make_server

from ca.process import CaProcess
from overheard.role.serve import _with_context
from overheard.words.errors import EnrolmentError
from overheard_services.acme_order import order
from overheard_services.client.ask import Way, ask
from overheard_services.credentials import new_key
from overheard_services.server.acme_certificate import AcmeCertificate
from overheard_services.server.app import create_app
from overheard_services.server.on_demand import OnDemand
from overheard_services.server.settings import Enrolment
from ports import free_port
from processes import LONG
from services.server.process import REQUESTERS, Server, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

pytestmark = pytest.mark.slow


@contextmanager
def lab(folder: Path) -> Iterator[tuple[CaProcess, Server]]:
    """A CA that speaks ACME, and a server whose name is localhost."""
    port = free_port()
    ca = CaProcess(folder / "ca", requesters=REQUESTERS, acme="on", acme_http_port=str(port))
    (folder / "credentials").mkdir(mode=0o700)
    try:
        ca.start()
        variables = {
            "OVERHEARD_CA_URL": ca.url,
            "OVERHEARD_SERVER_HANDOVER": str(ca.handover / "server"),
            "OVERHEARD_SERVER_CREDENTIALS": str(folder / "credentials"),
            "OVERHEARD_SERVER_NAMES": "localhost,server,127.0.0.1",
        }
        with started("http", "acme", http=port, **variables) as server:
            yield ca, server
    finally:
        ca.kill()


def asked(ca: CaProcess, server: Server) -> x509.Certificate:
    """The certificate with which the server tells the message."""
    reply = ask(server.url("acme"), Way(trusting=ca.state / "root.pem", patience=LONG))
    assert (reply.text, reply.error) == ("fluffy tail", "")
    return x509.load_der_x509_certificate(reply.certificate)


def test_the_first_client_has_the_server_obtain_it_and_the_next_one_gets_the_same(tmp_path: Path) -> None:
    with lab(tmp_path) as (ca, server):
        assert server.health().returncode == 0
        before = ca.rows("SELECT serial FROM certificates")
        certificate = asked(ca, server)
        assert len(ca.rows("SELECT serial FROM certificates")) == len(before) + 1
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert list(names) == [x509.DNSName("localhost")]
        assert asked(ca, server) == certificate
        mine = tmp_path / "credentials" / "acme"
        assert (mine / "key.pem").stat().st_mode & 0o777 == 0o600
        assert mine.stat().st_mode & 0o777 == 0o700
        # A stranger orders the same name, and has no server there.
        with pytest.raises(EnrolmentError, match=r"incorrectResponse: .*has the status 404, and not 200"):
            order(ca.url, ca.state / "root.pem", "localhost", new_key(), lambda _token, _answer: None)
        ((code, names_refused, requester),) = ca.rows("SELECT code, names, requester FROM refusals")
        assert (code, names_refused) == ("incorrectResponse", '["localhost"]')
        assert requester
        assert asked(ca, server) == certificate
        assert server.stop() == ""


def test_a_server_that_answers_nothing_gets_none_and_its_clients_an_alert(tmp_path: Path) -> None:
    with lab(tmp_path) as (ca, server):
        # The CA looks at a port where nobody is.
        ca.stop()
        ca.settings["acme_http_port"] = str(free_port())
        ca.start()
        way = Way(trusting=ca.state / "root.pem", patience=LONG)
        assert "alert internal error" in ask(server.url("acme"), way).error
        assert ca.rows("SELECT code FROM refusals") == [("connection",)]
        # Nobody is asked again so soon.
        assert "alert internal error" in ask(server.url("acme"), way).error
        assert ca.rows("SELECT code FROM refusals") == [("connection",)]
        said = server.stop()
        assert said.count("no certificate to serve with: the CA refused localhost: connection: ") == 2
        assert "Traceback" not in said


@contextmanager
def handshakes(context: ssl.SSLContext) -> Iterator[int]:
    """A server that greets whoever completes a handshake, at the port that this yields."""

    def serve() -> None:
        with ThreadPoolExecutor(8) as pool, suppress(OSError):
            while True:
                pool.submit(greet, listening.accept()[0])

    def greet(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(b"hello")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def served(application: Flask, port: int) -> Iterator[None]:
    """An application over plain HTTP."""
    server = make_server("127.0.0.1", port, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_is_renewed_under_load_without_a_dropped_request(tmp_path: Path) -> None:
    with lab(tmp_path) as (ca, server):
        root = ca.state / "root.pem"
        enrolment = Enrolment(ca.url, ca.handover / "server", ("localhost",), tmp_path / "mine")
        answering = AcmeCertificate(enrolment, root)
        server.stop()
        clock = [datetime.now(UTC)]
        current = OnDemand(answering.obtain, lambda: clock[0])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = _with_context(current.current)
        trusting = ssl.create_default_context(cafile=str(root))
        seen: list[bytes] = []

        def greeted(port: int) -> None:
            with (
                socket.create_connection(("127.0.0.1", port), timeout=LONG) as plain,
                trusting.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                assert secured.recv(5) == b"hello"
                seen.append(secured.getpeercert(binary_form=True) or b"")

        def many(port: int) -> None:
            while len(set(seen)) < 2:
                greeted(port)

        application = create_app("fluffy tail", None, answering.answers)
        with served(application, server.ports["http"]), handshakes(context) as port:
            greeted(port)
            clock[0] += timedelta(days=30) * 2 / 3
            with ThreadPoolExecutor(4) as pool:
                for each in [pool.submit(many, port) for _ in range(4)]:
                    each.result(timeout=LONG)
        # The old one was served while the new one was ordered.
        assert seen.count(seen[0]) > 10
        assert len(set(seen)) == 2
