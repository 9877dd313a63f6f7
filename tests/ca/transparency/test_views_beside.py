"""What OpenSSL makes of the timestamps, and what is in the log when the CA is killed."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from ca.csrs import KEY, csr
from ca.process import CaProcess
from ca.transparency.logs import logging
from ca.transparency.running import SETTINGS, ask, issued, known, new_token
from overheard_services.transparency.monitor import Monitor
from processes import LONG

Make = Callable[..., CaProcess]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    """A running CA with a log."""
    running = CaProcess(tmp_path_factory.mktemp("ca"), **SETTINGS)
    try:
        yield running.start()
    finally:
        running.kill()


def handed_out_by(ca: CaProcess) -> list[x509.Certificate]:
    """The chain, or nothing if the CA was killed. By hand: requests leaves some sockets open then."""
    context = ssl.create_default_context(cafile=ca.state / "root.pem")
    body, head = csr("server"), f"Authorization: Bearer {new_token(ca)}\r\nConnection: close"
    asked = f"POST /certificates HTTP/1.1\r\nHost: localhost\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    try:
        with (
            socket.create_connection(("127.0.0.1", ca.port), LONG) as plain,
            context.wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False) as secured,
        ):
            secured.do_handshake()
            secured.sendall(asked + body)
            answer = b"".join(iter(lambda: secured.recv(65536), b""))
        return x509.load_pem_x509_certificates(answer.partition(b"\r\n\r\n")[2])
    except (OSError, ValueError):
        return []


def test_openssl_accepts_the_timestamp_of_the_log_that_it_knows_and_no_other(ca: CaProcess, tmp_path: Path) -> None:
    leaf, issuer = issued(ca)
    other = logging(tmp_path)
    pem = (Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(
        b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, issuer)) + KEY.private_bytes(*pem)
    )
    (tmp_path / "root.pem").write_bytes((ca.state / "root.pem").read_bytes())
    # OpenSSL counts in whole seconds, and takes what was signed within this one for the future.
    time.sleep(1.1)
    said = _openssl(tmp_path, (ca.state / "log.pem").read_text())
    assert "SCTs present (1)" in said
    assert "validation status: valid" in said
    assert "Verify return code: 0 (ok)" in said
    assert "validation status: unknown log" in _openssl(tmp_path, other.log.public_key.decode())


def _openssl(folder: Path, key: str) -> str:
    """What OpenSSL says about a handshake with `server.pem`, if it knows the log with that key."""
    base = "".join(re.findall(r"^[^-].*$", key, re.MULTILINE))
    (folder / "logs.cnf").write_text(f"enabled_logs = lab\n[lab]\ndescription = lab\nkey = {base}\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with closing(socket.create_server(("127.0.0.1", 0))) as listening, ThreadPoolExecutor() as pool:

        def once() -> None:
            listening.settimeout(LONG)
            with listening.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(1)

        served = pool.submit(once)
        trust = ["-CAfile", "root.pem", "-verify_hostname", "server"]
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        done = subprocess.run(
            ["openssl", "s_client", "-ct", "-ctlogfile", "logs.cnf", *trust, "-connect", address],
            cwd=folder,
            input="x",
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        served.result()
    return done.stdout


@pytest.mark.slow
def test_killed_at_any_moment_what_was_handed_out_is_in_the_log(make_ca: Make) -> None:
    ca = make_ca(**SETTINGS)
    monitor, logged = None, set[int]()
    handed_out: list[x509.Certificate] = []
    for _ in range(8):
        ca.start()
        monitor = monitor or Monitor(known(ca), lambda endpoint, parameters: ask(ca, endpoint, parameters))
        logged |= {each.certificate.serial_number for each in monitor.read()}
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(handed_out_by, ca) for _ in range(12)]
            assert asked[len(handed_out) % 7].result()
            ca.kill()
            handed_out += [leaf for each in asked for leaf in each.result()[:1]]
    ca.start()
    assert monitor
    logged |= {each.certificate.serial_number for each in monitor.read()}
    assert {leaf.serial_number for leaf in handed_out} <= logged
    assert len(handed_out) >= 8
    recorded = {
        int(str(serial), 16) for (serial,) in ca.rows("SELECT serial FROM certificates WHERE requester='server'")
    }
    assert {leaf.serial_number for leaf in handed_out} <= recorded <= logged
