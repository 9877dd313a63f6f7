"""The CA over real HTTPS, and its certificates as OpenSSL verifies them."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ca.csrs import csr
from ca.process import CaProcess
from overheard_ca.app import create_app
from overheard_ca.settings import Settings
from overheard_ca.start import prepare
from slow_clients import longest_wait

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS: dict[str, Callable[[], ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey]] = {
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.fixture
def issued(ca: CaProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with a key of the requested type, and the certificate that the CA issued for it."""
    key = KEYS[request.param]()
    answer = ca.ask(csr("server", "localhost", "127.0.0.1", key=key), ca.new_token())
    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("application/x-pem-file")
    (tmp_path / "certificate.pem").write_bytes(answer.content)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path


def handshake(folder: Path, root: Path, name: str) -> ssl.SSLSocket:
    """The client's end of a connection to a server with the issued certificate, verified as strictly as OpenSSL can."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=root)
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    near, far = socket.socketpair()

    def serve() -> None:
        with server.wrap_socket(far, server_side=True) as sock:
            sock.sendall(b"fluffy tail")

    threading.Thread(target=serve, daemon=True).start()
    return client.wrap_socket(near, server_hostname=name)


@pytest.mark.parametrize("issued", KEYS, indirect=True)
@pytest.mark.parametrize("name", ["server", "localhost", "127.0.0.1"])
def test_a_client_that_knows_the_root_trusts_the_server(ca: CaProcess, issued: Path, name: str) -> None:
    with handshake(issued, ca.state / "root.pem", name) as sock:
        assert sock.recv(100) == b"fluffy tail"


@pytest.mark.parametrize("issued", ["p-256"], indirect=True)
def test_openssl_accepts_the_chain(ca: CaProcess, issued: Path) -> None:
    leaf, *above = x509.load_pem_x509_certificates((issued / "certificate.pem").read_bytes())
    (issued / "above.pem").write_bytes(above[0].public_bytes(serialization.Encoding.PEM))
    (issued / "leaf.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    options = ["-x509_strict", "-check_ss_sig", "-purpose", "sslserver", "-verify_hostname", "server"]
    trust = [
        "-no-CApath",
        "-no-CAstore",
        "-CAfile",
        str(ca.state / "root.pem"),
        "-untrusted",
        str(issued / "above.pem"),
    ]
    done = subprocess.run(
        ["openssl", "verify", *options, *trust, str(issued / "leaf.pem")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("issued", ["p-256"], indirect=True)
def test_the_chain_is_the_leaf_and_the_issuer_without_the_root(ca: CaProcess, issued: Path) -> None:
    chain = x509.load_pem_x509_certificates((issued / "certificate.pem").read_bytes())
    assert len(chain) == 2
    assert x509.load_pem_x509_certificate((ca.state / "root.pem").read_bytes()) not in chain


def test_health(ca: CaProcess) -> None:
    answer = ca.request("GET", "/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "role": "ca"})


def test_it_serves_the_root_whose_fingerprint_it_handed_over(ca: CaProcess) -> None:
    answer = ca.request("GET", "/root.pem")
    assert answer.headers["Content-Type"].startswith("application/x-pem-file")
    der = ssl.PEM_cert_to_DER_cert(answer.text)
    for requester in ("server", "other", "client"):
        assert ca.fingerprint(requester) == hashlib.sha256(der).hexdigest() + "\n"


@pytest.mark.parametrize("name", ["ca", "localhost", "127.0.0.1"])
def test_its_own_certificate_is_valid_for_its_names(ca: CaProcess, name: str) -> None:
    context = ssl.create_default_context(cafile=ca.state / "root.pem")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    with (
        socket.create_connection(("127.0.0.1", ca.port)) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.version() == "TLSv1.3"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/certificates", 405),
        ("DELETE", "/certificates", 405),
        ("POST", "/root.pem", 405),
        ("GET", "/static/app.py", 404),
        ("GET", "/../state/root.key.pem", 404),
    ],
)
def test_unknown_paths_and_methods_are_errors_in_json(ca: CaProcess, method: str, path: str, status: int) -> None:
    answer = ca.request(method, path)
    assert answer.status_code == status
    assert "POST /certificates" in answer.json()["message"]


def test_eight_concurrent_requests_with_one_token_get_one_certificate(ca: CaProcess) -> None:
    token, before = ca.new_token(), len(ca.rows("SELECT serial FROM certificates"))
    with ThreadPoolExecutor(8) as pool:
        answers: list[requests.Response] = list(pool.map(lambda _: ca.ask(csr("server"), token), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 7
    assert {answer.json()["error"] for answer in answers if answer.status_code == 401} == {"token-used"}
    assert len(ca.rows("SELECT serial FROM certificates")) == before + 1


def test_issued_certificates_are_in_the_ledger_and_in_the_log(ca: CaProcess) -> None:
    token = ca.new_token()
    leaf = x509.load_pem_x509_certificates(ca.ask(csr("server"), token).content)[0]
    serial = f"{leaf.serial_number:x}"
    assert ca.rows("SELECT requester, names FROM certificates WHERE serial = ?", serial) == [("server", '["server"]')]
    assert sum(f"issued {serial} to server" in line for line in ca.log.splitlines()) == 1
    assert token not in ca.log
    assert "PRIVATE KEY" not in ca.log


@pytest.mark.slow
def test_eighty_slow_clients_delay_nobody(make_ca: Callable[..., CaProcess]) -> None:
    ca = make_ca().start()
    context = ssl.create_default_context(cafile=ca.state / "root.pem")
    assert longest_wait(ca.port, context) < 2
    assert ca.log.count("\n") < 80


def test_an_internal_error_is_answered_without_a_traceback(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> bytes:
        raise MemoryError("acorns everywhere")

    monkeypatch.setattr("overheard_ca.issuance.Issuance.certify", fail)
    with create_app(prepare(settings)).test_client() as client:
        answer = client.post("/certificates", headers={"Authorization": "Bearer acorn"})
    assert answer.status_code == 500
    assert answer.get_json()["error"] == "failed"
    assert "acorns everywhere" not in answer.get_data(as_text=True)
    assert "acorns everywhere" in caplog.text
