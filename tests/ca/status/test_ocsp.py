from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ca.csrs import der
from ca.status.authorities import COMPROMISE, NOW, Publishing, publishing
from overheard_ca.status import signer
from overheard_ca.status.ocsp import LIFE, Responder
from overheard_ca.status.signer import Signer
from rows import for_each

GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Publishing:
    return publishing(tmp_path_factory.mktemp("ca") / "state")


@pytest.fixture(scope="module")
def responder(made: Publishing) -> Responder:
    return Responder(made.issuer, made.ledger, Signer(made.issuer, made.ledger))


def request(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.HashAlgorithm | None = None
) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or hashes.SHA1())  # noqa: S303
    return builder.build().public_bytes(Encoding.DER)


def ask(
    responder: Responder, certificate: x509.Certificate, algorithm: hashes.HashAlgorithm | None = None
) -> ocsp.OCSPResponse:
    asked = request(certificate, responder.issuer.certificate, algorithm)
    return ocsp.load_der_ocsp_response(responder.answer(asked, NOW))


def status(responder: Responder, asked: bytes) -> ocsp.OCSPResponseStatus:
    return ocsp.load_der_ocsp_response(responder.answer(asked, NOW)).response_status


@for_each(algorithm=[hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])  # noqa: S303
def test_a_certificate_that_was_issued_is_good(
    made: Publishing, responder: Responder, algorithm: hashes.HashAlgorithm
) -> None:
    leaf = made.leaf()
    answer = ask(responder, leaf, algorithm)
    assert (answer.certificate_status, answer.serial_number) == (GOOD, leaf.serial_number)
    assert type(answer.hash_algorithm) is type(algorithm)


@for_each(reason=[COMPROMISE, x509.ReasonFlags.superseded, x509.ReasonFlags.unspecified])
def test_a_revoked_one_is_told_with_the_time_and_the_reason(
    made: Publishing, responder: Responder, reason: x509.ReasonFlags
) -> None:
    leaf = made.leaf()
    assert ask(responder, leaf).certificate_status is GOOD
    answer = ask(responder, made.revoke(leaf, reason))
    assert (answer.certificate_status, answer.revocation_time_utc) == (REVOKED, NOW)
    assert answer.revocation_reason is (None if reason is x509.ReasonFlags.unspecified else reason)


def test_one_that_was_never_issued_is_unknown_and_not_good(made: Publishing, responder: Responder) -> None:
    builder = ocsp.OCSPRequestBuilder()
    known = ocsp.load_der_ocsp_request(request(made.leaf(), made.issuer.certificate))
    asked = builder.add_certificate_by_hash(known.issuer_name_hash, known.issuer_key_hash, 1, hashes.SHA1()).build()  # noqa: S303
    answer = ocsp.load_der_ocsp_response(responder.answer(asked.public_bytes(Encoding.DER), NOW))
    assert answer.certificate_status is UNKNOWN


def test_it_is_valid_for_hours_and_already_by_a_slow_clock(made: Publishing, responder: Responder) -> None:
    answer = ask(responder, made.leaf())
    assert (answer.this_update_utc, answer.next_update_utc) == (NOW - timedelta(minutes=5), NOW + LIFE)
    assert timedelta(hours=1) < LIFE < timedelta(days=1)


def test_its_signer_may_do_nothing_else_and_need_not_be_checked(made: Publishing, responder: Responder) -> None:
    answer = ask(responder, made.leaf())
    (certificate,) = answer.certificates
    certificate.verify_directly_issued_by(made.issuer.certificate)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
    value = certificate.extensions.get_extension_for_class
    assert list(value(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert value(x509.BasicConstraints).value.ca is False
    assert value(x509.OCSPNoCheck).critical is False
    assert answer.responder_key_hash == value(x509.SubjectKeyIdentifier).value.digest
    assert made.ledger.issued(certificate.serial_number)


def test_its_signer_is_renewed_long_before_it_expires(made: Publishing) -> None:
    held = Signer(made.issuer, made.ledger)
    first = held.current(NOW)
    assert held.current(NOW + signer.LIFE / 3) is first
    later = NOW + signer.LIFE / 2
    assert held.current(later).certificate.not_valid_after_utc == later + signer.LIFE
    assert held.current(NOW - timedelta(days=1)).certificate.not_valid_before_utc <= NOW


def test_a_question_about_another_issuer_is_unauthorized(
    made: Publishing, responder: Responder, tmp_path: Path
) -> None:
    """Its name is the same, but not its key; and the root did not issue the certificate either."""
    leaf = made.leaf()
    other = publishing(tmp_path / "other").issuer.certificate
    for issuer in (other, made.root):
        assert status(responder, request(leaf, issuer)) is ocsp.OCSPResponseStatus.UNAUTHORIZED
    unknown_hash = request(leaf, made.issuer.certificate).replace(
        bytes.fromhex("2b0e03021a"), bytes.fromhex("2b0e03021b")
    )
    assert status(responder, unknown_hash) is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_what_is_no_question_about_one_certificate_is_malformed(made: Publishing, responder: Responder) -> None:
    leaf = made.leaf()
    asked = request(leaf, made.issuer.certificate)
    # OCSPRequest, TBSRequest, requestList: each has a header of two bytes here.
    single = asked[6:]
    twice = der(0x30, der(0x30, der(0x30, single, single)))
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, made.issuer.certificate, hashes.SHA256())
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    critical = builder.add_extension(odd, critical=True).build().public_bytes(Encoding.DER)
    for malformed in (b"", b"nonsense", asked[:-1], twice, critical):
        assert status(responder, malformed) is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    ignored = builder.add_extension(odd, critical=False).build().public_bytes(Encoding.DER)
    assert status(responder, ignored) is status(responder, asked) is ocsp.OCSPResponseStatus.SUCCESSFUL


@given(data=st.data())
def test_a_damaged_question_has_an_answer(made: Publishing, responder: Responder, data: st.DataObject) -> None:
    leaf = made.issuer.certificate
    asked = bytearray(request(leaf, leaf))
    for _ in range(data.draw(st.integers(1, 3))):
        asked[data.draw(st.integers(0, len(asked) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert status(responder, bytes(asked)) in set(ocsp.OCSPResponseStatus)
