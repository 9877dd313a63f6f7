"""A certificate with the same names as the squirrel's, which proves nothing."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overheard_services.client.stranger import stranger

if TYPE_CHECKING:
    from pathlib import Path


def certificate_in(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(stranger(folder)[0].read_bytes())


def test_its_key_matches_it_and_is_private(tmp_path: Path) -> None:
    certificate, key = stranger(tmp_path)
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_it_has_the_names_of_the_squirrels_certificate_and_says_that_it_is_for_tests(tmp_path: Path) -> None:
    certificate = certificate_in(tmp_path)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    (issuer,) = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "squirrel"
    assert "not for production" in str(issuer.value)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_it_is_signed_by_an_unknown_ca_and_not_by_itself(tmp_path: Path) -> None:
    certificate = certificate_in(tmp_path)
    assert certificate.issuer != certificate.subject
    key, algorithm = certificate.public_key(), certificate.signature_algorithm_parameters
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(algorithm, ec.ECDSA)
    with pytest.raises(InvalidSignature):
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, algorithm)


def test_each_is_different(tmp_path: Path) -> None:
    first, second = certificate_in(tmp_path), certificate_in(tmp_path)
    assert first.serial_number != second.serial_number
    assert first.public_key() != second.public_key()
