"""Revocations over real plain HTTP, as clients ask for them, and nothing else there."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from ca.csrs import csr
from ca.process import CaProcess
from overheard_ca.ledger import Ledger, revoke
from ports import free_port
from processes import LONG

Make = Callable[..., CaProcess]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    """A running CA that publishes revocations, with a certificate of each kind."""
    running = CaProcess(tmp_path_factory.mktemp("ca"), status_url=f"http://127.0.0.1:{free_port()}")
    try:
        yield running.start()
    finally:
        running.kill()


@pytest.fixture(scope="module")
def chain(ca: CaProcess) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(ca.ask(csr("server"), ca.new_token()).content)


def get(ca: CaProcess, path: str, method: str = "GET", body: object = None) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, ca.settings["status_url"] + path, data=body, timeout=LONG)  # type: ignore[arg-type]


def question(leaf: x509.Certificate, issuer: x509.Certificate) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1())  # noqa: S303
    return builder.build().public_bytes(Encoding.DER)


def revoked(ca: CaProcess, leaf: x509.Certificate) -> None:
    with Ledger(ca.state / "ledger.sqlite").transaction() as entry:
        revoke(entry, leaf.serial_number, x509.ReasonFlags.key_compromise, "server", datetime.now(UTC))


def urls(leaf: x509.Certificate) -> dict[str, str]:
    value = leaf.extensions.get_extension_for_class
    (point,) = value(x509.CRLDistributionPoints).value
    assert point.full_name
    found = {
        access.access_method: access.access_location.value for access in value(x509.AuthorityInformationAccess).value
    }
    return {
        "crl": point.full_name[0].value,
        "ocsp": found.get(AuthorityInformationAccessOID.OCSP, ""),
        "issuer": found[AuthorityInformationAccessOID.CA_ISSUERS],
    }


def test_a_certificate_names_urls_at_which_each_of_them_is(ca: CaProcess, chain: list[x509.Certificate]) -> None:
    base, found = ca.settings["status_url"], urls(chain[0])
    assert set(found) == {"crl", "ocsp", "issuer"}
    crl = get(ca, found["crl"].removeprefix(base))
    assert crl.headers["Content-Type"] == "application/pkix-crl"
    assert x509.load_der_x509_crl(crl.content).issuer == chain[1].subject
    issuer = get(ca, found["issuer"].removeprefix(base))
    assert issuer.headers["Content-Type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(issuer.content) == chain[1]
    answer = get(ca, found["ocsp"].removeprefix(base), "POST", question(*chain))
    assert answer.headers["Content-Type"] == "application/ocsp-response"
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_the_issuing_certificate_names_the_url_of_the_list_of_the_root(
    ca: CaProcess, chain: list[x509.Certificate]
) -> None:
    (point,) = chain[1].extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name
    crl = get(ca, point.full_name[0].value.removeprefix(ca.settings["status_url"]))
    assert crl.headers["Content-Type"] == "application/pkix-crl"
    listed, root = (
        x509.load_der_x509_crl(crl.content),
        x509.load_pem_x509_certificate((ca.state / "root.pem").read_bytes()),
    )
    assert listed.issuer == chain[1].issuer
    assert listed.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    assert [*listed] == []


@pytest.mark.parametrize("written", [quote, lambda text: quote(text, safe=""), str], ids=["path", "all", "none"])
def test_a_question_may_be_in_the_url(
    ca: CaProcess, chain: list[x509.Certificate], written: Callable[[str], str]
) -> None:
    asked = question(*chain)
    answer = get(ca, "/ocsp/" + written(base64.b64encode(asked).decode()))
    assert ocsp.load_der_ocsp_response(answer.content).serial_number == chain[0].serial_number


def test_two_slashes_in_a_row_are_a_part_of_the_question(ca: CaProcess, chain: list[x509.Certificate]) -> None:
    known = ocsp.load_der_ocsp_request(question(*chain))
    # FFF in base64 is //8 at each offset.
    for serial in (int("ff" * size, 16) >> 1 for size in (13, 14, 15)):
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            known.issuer_name_hash,
            known.issuer_key_hash,
            serial,
            hashes.SHA1(),  # noqa: S303
        )
        encoded = base64.b64encode(builder.build().public_bytes(Encoding.DER)).decode()
        assert "//" in encoded
        assert ocsp.load_der_ocsp_response(get(ca, f"/ocsp/{encoded}").content).serial_number == serial


@pytest.mark.parametrize("encoded", ["nonsense", "%00", "a b", "M", "...."])
def test_a_malformed_question_is_told_as_that(ca: CaProcess, encoded: str) -> None:
    answer = ocsp.load_der_ocsp_response(get(ca, f"/ocsp/{encoded}").content)
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/certificates", 404),
        ("GET", "/root.pem", 404),
        ("GET", "/health", 404),
        ("GET", "/", 404),
        ("GET", "/ocsp", 405),
        ("POST", "/crl/issuing.crl", 405),
    ],
)
def test_nothing_else_of_the_ca_is_there(ca: CaProcess, method: str, path: str, status: int) -> None:
    """No token is ever taken in clear."""
    assert get(ca, path, method).status_code == status


def test_over_https_there_is_what_was_there(ca: CaProcess) -> None:
    assert ca.request("GET", "/health").status_code == 200
    assert ca.request("GET", "/crl/issuing.crl").status_code == 404


def test_an_endless_question_is_refused(ca: CaProcess) -> None:
    assert get(ca, "/ocsp", "POST", b"x" * 5000).status_code == 413
    assert get(ca, "/ocsp", "POST", iter([b"x" * 3000] * 2)).status_code == 413


def test_openssl_asks_and_believes_the_answer(ca: CaProcess) -> None:
    leaf, issuing = x509.load_pem_x509_certificates(ca.ask(csr("server"), ca.new_token()).content)
    for name, certificate in (("leaf", leaf), ("issuing", issuing)):
        (ca.folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    assert _openssl_asks(ca) == "leaf.pem: good"
    revoked(ca, leaf)
    assert _openssl_asks(ca) == "leaf.pem: revoked"
    crl = x509.load_der_x509_crl(get(ca, "/crl/issuing.crl").content)
    assert crl.get_revoked_certificate_by_serial_number(leaf.serial_number)


def _openssl_asks(ca: CaProcess) -> str:
    options = ["-issuer", "issuing.pem", "-cert", "leaf.pem", "-url", ca.settings["status_url"] + "/ocsp"]
    trust = ["-CAfile", str(ca.state / "root.pem"), "-verify_other", "issuing.pem", "-no_nonce"]
    done = subprocess.run(
        ["openssl", "ocsp", *options, *trust], cwd=ca.folder, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert "Response verify OK" in done.stderr
    return done.stdout.splitlines()[0]


@pytest.mark.slow
def test_ocsp_can_be_switched_off(make_ca: Make) -> None:
    ca = make_ca(status_url=f"http://127.0.0.1:{free_port()}", ocsp="off").start()
    leaf, issuing = x509.load_pem_x509_certificates(ca.ask(csr("server")).content)
    assert urls(leaf)["ocsp"] == ""
    assert get(ca, "/ocsp", "POST", question(leaf, issuing)).status_code == 404
    assert get(ca, "/crl/issuing.crl").status_code == 200


@pytest.mark.slow
def test_a_certificate_that_must_be_stapled_is_issued_where_there_is_ocsp(make_ca: Make) -> None:
    ca = make_ca(status_url=f"http://127.0.0.1:{free_port()}", requesters="server=muststaple:server").start()
    (leaf, _) = x509.load_pem_x509_certificates(ca.ask(csr("server")).content)
    assert list(leaf.extensions.get_extension_for_class(x509.TLSFeature).value) == [x509.TLSFeatureType.status_request]
