"""Enrolment with a real CA, and with impostors."""

from __future__ import annotations

import base64
import http.server
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.process import CaProcess
from overheard.words.errors import EnrolmentError, NotReadyError
from overheard_services import credentials as credentials_module
from overheard_services.enrolment import enrol, learn_root, wait_for_handover
from ports import free_port
from processes import LONG

pytestmark = pytest.mark.slow

NAMES = ("server", "localhost", "127.0.0.1")

Make = Callable[[str], CaProcess]


@pytest.fixture
def handover(ca: CaProcess) -> Path:
    """The handover folder of the server, with an unused token."""
    ca.new_token()
    return ca.handover / "server"


@contextmanager
def impostor(folder: Path, root: bytes) -> Iterator[tuple[str, list[str]]]:
    """An HTTPS server that serves `root` but has no certificate under it, and the authorizations that it received."""
    sent: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(root)))
            self.end_headers()
            self.wfile.write(root)

        def do_POST(self) -> None:
            sent.append(self.headers.get("Authorization", ""))
            # An unread body would reset the connection before the response arrives.
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client is expected to abort the handshake."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key.pem")
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}", sent
        finally:
            server.shutdown()
            thread.join()


def padded_certificate() -> bytes:
    """A self-signed certificate in PEM whose base64 ends in padding: a lenient parser stops there."""
    key = ec.generate_private_key(ec.SECP256R1())
    for attempt in range(100):
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x" * (attempt % 10 + 1))])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC))
        certificate = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1)).sign(key, hashes.SHA256())
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        if b"=" in pem:
            return pem
    raise AssertionError("no padding in a hundred certificates")


# ---- learning the root


def test_the_root_with_the_handed_over_fingerprint_is_accepted(ca: CaProcess, handover: Path) -> None:
    assert learn_root(ca.url, handover) == (ca.state / "root.pem").read_bytes()
    assert learn_root(f"{ca.url}/", ca.handover / "client")


def test_another_cas_root_is_refused_and_no_token_is_sent(
    make_ca: Make, ca: CaProcess, handover: Path, tmp_path: Path
) -> None:
    other = make_ca("impostor").start()
    with pytest.raises(EnrolmentError) as caught:
        enrol(other.url, handover, NAMES, tmp_path / "credentials")
    assert f"awaited the root with the SHA-256 {ca.fingerprint().strip()}" in str(caught.value)
    assert f"showed {other.fingerprint().strip()}" in str(caught.value)
    assert "refused" not in other.log
    assert not (tmp_path / "credentials").exists()
    assert enrol(ca.url, handover, NAMES, tmp_path / "credentials").key.exists()


def test_an_impostor_with_the_right_root_gets_no_token(
    make_ca: Make, ca: CaProcess, handover: Path, tmp_path: Path
) -> None:
    """The root is public: serving it proves nothing, but the handshake does."""
    other = make_ca("impostor").start()
    other.stop()
    with impostor(other.state, (ca.state / "root.pem").read_bytes()) as (url, sent):
        with pytest.raises(EnrolmentError, match="certificate verify failed"):
            enrol(url, handover, NAMES, tmp_path / "credentials")
        assert sent == []


def test_a_second_certificate_after_the_right_one_is_not_trusted(make_ca: Make, ca: CaProcess, tmp_path: Path) -> None:
    """The fingerprint is that of the first; if the response were kept unchanged, both would become roots."""
    right, wrong = padded_certificate(), (make_ca("other").start().state / "root.pem").read_bytes()
    fingerprint = x509.load_pem_x509_certificate(right).fingerprint(hashes.SHA256()).hex()
    (tmp_path / "root.sha256").write_text(fingerprint)
    with impostor(ca.state, right + wrong) as (url, _):
        try:
            learnt = learn_root(url, tmp_path)
        except EnrolmentError:
            return
        assert learnt == right


def test_a_response_that_is_not_a_certificate_is_refused(ca: CaProcess, handover: Path) -> None:
    for answer in (b"", b"hello", b"\xff\xfe", base64.b64encode(b"hello")):
        with impostor(ca.state, answer) as (url, _), pytest.raises(EnrolmentError, match="not a certificate in PEM"):
            learn_root(url, handover)


def test_an_endless_response_is_cut_off(ca: CaProcess, handover: Path) -> None:
    with impostor(ca.state, b"x" * 10_000_000) as (url, _), pytest.raises(EnrolmentError):
        learn_root(url, handover)


@pytest.mark.parametrize("content", ["", "hello", "ab" * 31, "xy" * 32])
def test_an_invalid_fingerprint_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "root.sha256").write_text(content)
    with pytest.raises(EnrolmentError, match=r"root\.sha256"):
        learn_root("https://127.0.0.1:1", tmp_path)


def test_a_missing_handover_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError) as caught:
        learn_root("https://127.0.0.1:1", tmp_path)
    assert "check that the CA has started" in caught.value.hint


def test_an_unreachable_ca_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "root.sha256").write_text("ab" * 32)
    with pytest.raises(EnrolmentError, match="Connection refused") as caught:
        learn_root(f"https://127.0.0.1:{free_port()}", tmp_path)
    assert caught.value.hint


def test_plain_http_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root.sha256").write_text("ab" * 32)
    with pytest.raises(EnrolmentError, match="not https"):
        learn_root("http://127.0.0.1:1", tmp_path)


def test_the_machines_trust_store_and_proxies_are_ignored(
    ca: CaProcess, handover: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert enrol(ca.url, handover, NAMES, tmp_path / "credentials").key.exists()


# ---- enrolling


def test_enrolling_leaves_key_certificate_and_root_in_the_folder(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    made = enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert made.root.read_bytes() == (ca.state / "root.pem").read_bytes()
    leaf = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert len(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) == 3
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)
    assert sorted(path.name for path in made.key.parent.iterdir()) == ["certificate.pem", "key.pem", "root.pem"]


def test_a_valid_certificate_is_kept_without_a_ca(make_ca: Make, tmp_path: Path) -> None:
    ca = make_ca("gone").start()
    handover = ca.handover / "server"
    first = enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    before = first.certificate.read_bytes()
    ca.stop()
    assert enrol(ca.url, handover, tuple(reversed(NAMES)), tmp_path / "credentials") == first
    assert first.certificate.read_bytes() == before


@pytest.mark.parametrize("name", ["key.pem", "certificate.pem", "root.pem"])
@pytest.mark.parametrize(
    "content", [None, b"", b"nonsense", padded_certificate()], ids=["gone", "empty", "no", "other"]
)
def test_a_damaged_file_leads_to_a_new_enrolment(
    ca: CaProcess, handover: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    made = enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    before = made.certificate.read_bytes()
    damaged = tmp_path / "credentials" / name
    damaged.unlink() if content is None else damaged.write_bytes(content)
    ca.new_token()
    enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    assert made.certificate.read_bytes() != before
    assert made.good_for(NAMES, ca.fingerprint().strip())


def test_other_names_lead_to_a_new_enrolment(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    first = enrol(ca.url, handover, NAMES, tmp_path / "credentials").certificate.read_bytes()
    ca.new_token()
    assert enrol(ca.url, handover, NAMES[:2], tmp_path / "credentials").certificate.read_bytes() != first


def test_a_certificate_in_its_last_day_leads_to_a_new_enrolment(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    made = enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    fingerprint = ca.fingerprint().strip()
    for days, good in ((28.9, True), (29.1, False)):
        later = datetime.now(UTC) + timedelta(days=days)
        with patch.object(credentials_module, "datetime") as clock:
            clock.now.return_value = later
            assert made.good_for(NAMES, fingerprint) is good


def test_a_key_is_of_the_requested_type(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    """Even if there is one of the other type already."""
    for rsa_key, kind in ((False, ec.EllipticCurvePrivateKey), (True, rsa.RSAPrivateKey)):
        made = enrol(ca.url, handover, NAMES, tmp_path / "credentials", rsa_key=rsa_key)
        before = made.key.read_bytes()
        key = serialization.load_pem_private_key(before, None)
        assert isinstance(key, kind)
        assert key.key_size == (2048 if rsa_key else 256)
        enrol(ca.url, handover, NAMES, tmp_path / "credentials", rsa_key=rsa_key)
        assert made.key.read_bytes() == before
        ca.new_token()


def test_a_client_gets_a_client_certificate(ca: CaProcess, tmp_path: Path) -> None:
    ca.new_token("squirrel")
    made = enrol(ca.url, ca.handover / "squirrel", ["squirrel"], tmp_path / "credentials")
    leaf = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_used_token_is_an_error_that_says_what_to_do(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    enrol(ca.url, handover, NAMES, tmp_path / "first")
    with pytest.raises(EnrolmentError, match=r"token-used: .* restart the CA"):
        enrol(ca.url, handover, NAMES, tmp_path / "second")
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["root.pem"]


def test_a_refusal_is_passed_on_without_the_token(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match=r"name-not-allowed: The name 'evil\.example'") as caught:
        enrol(ca.url, handover, ("evil.example",), tmp_path / "credentials")
    assert ca.token() not in str(caught.value)
    assert enrol(ca.url, handover, NAMES, tmp_path / "credentials").key.exists()


def test_a_refusal_leaves_the_old_pair_unchanged(ca: CaProcess, handover: Path, tmp_path: Path) -> None:
    made = enrol(ca.url, handover, NAMES, tmp_path / "credentials")
    before = (made.key.read_bytes(), made.certificate.read_bytes())
    with pytest.raises(EnrolmentError, match="token-used"):
        enrol(ca.url, handover, ("server",), tmp_path / "credentials")
    assert (made.key.read_bytes(), made.certificate.read_bytes()) == before


def test_a_missing_token_is_an_error(ca: CaProcess, tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match="token"):
        enrol(ca.url, ca.handover / "client", NAMES, tmp_path / "credentials")


def test_a_response_to_enrolment_that_is_not_a_certificate_is_an_error(
    ca: CaProcess, handover: Path, tmp_path: Path
) -> None:
    with (
        impostor(ca.state, (ca.state / "root.pem").read_bytes()) as (url, _),
        pytest.raises(EnrolmentError, match="what it sent is not one"),
    ):
        enrol(url, handover, NAMES, tmp_path / "credentials")


# ---- waiting


def test_it_waits_until_the_ca_has_handed_over(make_ca: Make) -> None:
    late = make_ca("late")
    late.launch()
    wait_for_handover(late.url, late.handover / "server", within=LONG)
    assert late.token()


def test_it_waits_no_longer_than_the_timeout(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"root\.sha256"):
        wait_for_handover("https://127.0.0.1:1", tmp_path, within=0.1)
