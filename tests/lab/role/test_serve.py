"""Serving, by a real gunicorn in a separate process."""

from __future__ import annotations

import signal
import socket
import ssl
import time
import warnings
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from flask import Flask

from lab.pki import Files
from lab.role.served import Served, listener, started, to_the_end
from overheard.role.serve import Listener, serve
from overheard.words.errors import SettingsError
from processes import SOON, alive, descendants, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

# Not an AEAD suite, so it is obsolete (RFC 9325, 4.2).
_OLD_SUITE = "ECDHE-ECDSA-AES128-SHA"


@pytest.fixture(scope="module")
def plain() -> Iterator[Served]:
    with started() as served:
        yield served


@pytest.fixture(scope="module")
def secure(files: Files) -> Iterator[Served]:
    with started(files) as served:
        yield served


@pytest.fixture(scope="module")
def various(files: Files) -> Iterator[Served]:
    """One process with HTTP, HTTPS, a port that requires client certificates, and one that accepts an old suite."""
    with started(
        files,
        listener(),
        listener(files),
        listener(files, client_ca=files.root),
        listener(files, ciphers=_OLD_SUITE),
    ) as served:
        yield served


_PLAIN, _SECURE, _MUTUAL, _LEGACY = range(4)
by_version = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name
)


def trusting(files: Files, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files.root))
    with warnings.catch_warnings():
        # The obsolete versions are the subject of the test.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    # gunicorn closes without a TLS close_notify alert, after which OpenSSL would not resume the session.
    context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def test_the_server_closes_after_each_response(plain: Served) -> None:
    """So that a recording has each stream from SYN to FIN."""
    with closing(plain.connect()) as connection:
        answer = plain.get("/health", connection)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer
    assert answer.endswith(b"ready")


def test_the_application_is_made_where_its_requests_are(plain: Served) -> None:
    with closing(plain.connect()) as connection:
        made_in, runs_in, parent = plain.get("/pids", connection).rpartition(b"\n")[2].split()
    assert made_in == runs_in
    assert int(parent) == plain.process.pid


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_current_tls_is_accepted(secure: Served, files: Files, version: ssl.TLSVersion, name: str) -> None:
    with closing(secure.connect(trusting(files, version))) as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert connection.version() == name
        assert secure.get("/health", connection).endswith(b"ready")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_obsolete_tls_is_refused(secure: Served, files: Files, version: ssl.TLSVersion) -> None:
    context = trusting(files, version)
    with closing(secure.connect()) as connection, pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol"):
        context.wrap_socket(connection, server_hostname="localhost")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_returning_client_resumes_its_session(secure: Served, files: Files, version: ssl.TLSVersion) -> None:
    """The server has one context for all connections."""
    context = trusting(files, version)
    with closing(secure.connect(context)) as first:
        assert isinstance(first, ssl.SSLSocket)
        # With TLS 1.3 the tickets follow the handshake.
        secure.get("/health", first)
        assert not first.session_reused
        session = first.session
    with closing(secure.connect(context, session)) as second:
        assert isinstance(second, ssl.SSLSocket)
        assert second.session_reused


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_on_request_even_during_requests(how: signal.Signals) -> None:
    with started() as served, closing(served.connect()) as busy, closing(served.connect()) as idle:
        busy.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.sendall(b"GET /he")
        with closing(served.connect()) as connection:
            served.get("/health", connection)
        workers = descendants(served.process.pid)
        served.process.send_signal(how)
        assert served.process.wait(SOON) == 0
        assert workers
        assert eventually(lambda: not any(map(alive, workers)))


# ---- more than one listener


def test_each_port_behaves_as_its_listener_defines(various: Served, files: Files) -> None:
    context = trusting(files, ssl.TLSVersion.TLSv1_3)
    with closing(various.connect(at=_PLAIN)) as connection:
        assert various.get("/secured", connection).endswith(b"\r\n\r\nno")
    for at in (_SECURE, _LEGACY):
        with closing(various.connect(context, at=at)) as connection:
            assert various.get("/secured", connection).endswith(b"TLS_AES_256_GCM_SHA384 None")


def test_all_ports_are_served_by_one_process(various: Served, files: Files) -> None:
    with closing(various.connect(at=_PLAIN)) as connection:
        pids = various.get("/pids", connection).rpartition(b"\n")[2]
    with closing(various.connect(trusting(files, ssl.TLSVersion.TLSv1_3), at=_SECURE)) as connection:
        assert various.get("/pids", connection).endswith(pids)


def test_an_old_suite_is_accepted_only_where_allowed(various: Served, files: Files) -> None:
    context = trusting(files, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{_OLD_SUITE}:@SECLEVEL=0")
    with closing(various.connect(context, at=_LEGACY)) as connection:
        assert _OLD_SUITE.encode() in various.get("/secured", connection)
    with closing(various.connect(at=_SECURE)) as connection, pytest.raises(ssl.SSLError, match="handshake failure"):
        context.wrap_socket(connection, server_hostname="localhost")


def test_the_default_suites_are_preferred_to_an_old_one(various: Served, files: Files) -> None:
    context = trusting(files, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{_OLD_SUITE}:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0")
    with closing(various.connect(context, at=_LEGACY)) as connection:
        assert b"ECDHE-ECDSA-AES128-GCM-SHA256" in various.get("/secured", connection)


@by_version
def test_a_client_with_a_certificate_of_the_right_ca_is_identified(
    various: Served, files: Files, version: ssl.TLSVersion
) -> None:
    context = trusting(files, version)
    context.load_cert_chain(files.certificate, files.key)
    with closing(various.connect(context, at=_MUTUAL)) as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert b"'a server'" in various.get("/secured", connection)
        session = connection.session
    # A resumed session has the same identity.
    with closing(various.connect(context, session, at=_MUTUAL)) as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert connection.session_reused
        assert b"'a server'" in various.get("/secured", connection)


def refused(served: Served, files: Files, cert: Files | None) -> str:
    """The errors of `requests` after a hundred refusals by the listener that requires certificates."""
    said = set()
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(files.root)
        session.cert = (str(cert.certificate), str(cert.key)) if cert else None
        for _ in range(100):
            with pytest.raises(requests.exceptions.SSLError) as caught:
                session.get(f"https://localhost:{served.ports[_MUTUAL]}/health", timeout=SOON)
            said.add(str(caught.value).partition("Caused by ")[2].partition(" (_ssl.c")[0])
    (only,) = said
    return only


def test_a_client_without_a_certificate_always_gets_the_alert(various: Served, files: Files) -> None:
    """With TLS 1.3 the alert follows the client's request: a reset connection would discard it."""
    begun = time.monotonic()
    assert refused(various, files, None).endswith("tlsv13 alert certificate required")
    assert time.monotonic() - begun < SOON


def test_a_client_with_a_certificate_of_another_ca_always_gets_the_alert(
    various: Served, files: Files, tmp_path: Path
) -> None:
    assert refused(various, files, Files.make(tmp_path)).endswith("tlsv1 alert unknown ca")


def test_tls_1_2_refuses_a_client_without_a_certificate_in_the_handshake(various: Served, files: Files) -> None:
    context = trusting(files, ssl.TLSVersion.TLSv1_2)
    with closing(various.connect(at=_MUTUAL)) as connection, pytest.raises(ssl.SSLError, match="handshake failure"):
        context.wrap_socket(connection, server_hostname="localhost")


@pytest.mark.parametrize("at", [_SECURE, _MUTUAL])
def test_a_client_without_tls_gets_no_cleartext_and_no_reset(various: Served, at: int) -> None:
    with closing(various.connect(at=at)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n\r\n" * 100)
        assert b"HTTP" not in to_the_end(connection)


def test_a_client_that_stalls_in_the_handshake_occupies_no_thread(various: Served, files: Files) -> None:
    with ExitStack() as idle:
        for _ in range(8):
            connection = idle.enter_context(closing(various.connect(at=_SECURE)))
            # The beginning of a ClientHello: 22 is the content type of handshake records.
            connection.sendall(bytes([22, 3, 1, 2]))
        begun = time.monotonic()
        with closing(various.connect(trusting(files, ssl.TLSVersion.TLSv1_3), at=_SECURE)) as connection:
            assert various.get("/health", connection).endswith(b"ready")
        assert time.monotonic() - begun < SOON


def test_failed_handshakes_leave_no_log_and_do_not_stop_the_server(files: Files) -> None:
    with started(files, listener(), listener(files, client_ca=files.root)) as served:
        context = trusting(files, ssl.TLSVersion.TLSv1_3)
        for _ in range(20):
            served.connect(at=1).close()
            with closing(served.connect(at=1)) as connection:
                connection.sendall(b"hello")
            with closing(served.connect(context, at=1)) as connection, suppress(OSError):
                served.get("/health", connection)
            with closing(served.connect(at=1)) as connection, suppress(OSError):
                ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")
        with closing(served.connect(at=0)) as connection:
            assert served.get("/health", connection).endswith(b"ready")
        assert served.stop() == ""
        assert served.process.returncode == 0


# ---- what goes wrong before it serves


def test_its_log_is_empty_unless_something_fails() -> None:
    with started() as served:
        served.process.terminate()
        assert served.process.communicate(timeout=SOON)[1] == ""


def test_a_port_in_use_is_an_error_with_the_exit_code_of_inconclusive() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            serve(lambda: Flask("never"), [listener(), Listener("127.0.0.1", port)])


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /x", "PATH_INFO: /nowhere", "X-Forwarded-Proto: https"])
def test_no_client_is_a_proxy_that_says_in_headers_what_was_asked_for(plain: Served, header: str) -> None:
    with closing(plain.connect()) as client:
        client.sendall(f"GET /health HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
        assert to_the_end(client).startswith(b"HTTP/1.1 200 ")
