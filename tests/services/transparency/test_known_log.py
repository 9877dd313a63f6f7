from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID

from ca.csrs import KEY
from ca.transparency.logs import NOW, Logging, logging
from overheard_ca.profile import Profile
from overheard_services.transparency.known_log import KnownLog

LATER = NOW + timedelta(hours=1)
OID = ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Logging:
    return logging(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Logging:
    return logging(tmp_path_factory.mktemp("other"))


def stamps_of(leaf: x509.Certificate) -> bytes:
    """The extension as it is, in DER."""
    value = leaf.extensions.get_extension_for_oid(OID).value
    return value.public_bytes()


def with_stamps(made: Logging, leaf: x509.Certificate, stamps: bytes, **changes: object) -> x509.Certificate:
    """The certificate again, by the same issuer, with other timestamps."""
    builder = x509.CertificateBuilder(leaf.issuer, leaf.subject, KEY.public_key(), leaf.serial_number)
    builder = builder.not_valid_before(leaf.not_valid_before_utc).not_valid_after(leaf.not_valid_after_utc)
    for extension in leaf.extensions:
        if extension.oid != OID and extension.oid.dotted_string not in changes:
            builder = builder.add_extension(extension.value, critical=extension.critical)
    builder = builder.add_extension(x509.UnrecognizedExtension(OID, stamps), critical=False)
    return builder.sign(made.authority.issuing.key, hashes.SHA256())


def wrong(made: Logging, leaf: x509.Certificate, log: KnownLog | None = None) -> str:
    return (log or made.known).wrong_with(leaf, made.authority.issuing.certificate, LATER)


def test_a_certificate_with_the_timestamp_of_the_log_is_accepted(made: Logging) -> None:
    leaf = made.leaf()
    assert wrong(made, leaf) == ""
    assert wrong(made, with_stamps(made, leaf, stamps_of(leaf))) == ""


def test_one_without_a_timestamp_is_not(made: Logging) -> None:
    assert "no timestamp of any log" in wrong(made, made.leaf(Profile.SERVER))


def test_that_of_another_log_is_none(made: Logging, other: Logging) -> None:
    assert "no timestamp of this log" in wrong(made, made.leaf(), other.known)


def test_that_of_another_certificate_is_none(made: Logging) -> None:
    forged = with_stamps(made, made.leaf(name="server.test"), stamps_of(made.leaf()))
    assert "not for this certificate" in wrong(made, forged)


def test_one_bit_of_the_certificate_or_the_signature_decides(made: Logging) -> None:
    leaf = made.leaf()
    changed = with_stamps(made, leaf, stamps_of(leaf), **{ExtensionOID.EXTENDED_KEY_USAGE.dotted_string: None})
    assert "not for this certificate" in wrong(made, changed)
    stamps = bytearray(stamps_of(leaf))
    stamps[-1] ^= 1
    assert "not signed by this log" in wrong(made, with_stamps(made, leaf, bytes(stamps)))


def test_the_issuer_is_signed_too(made: Logging, other: Logging) -> None:
    assert "not for this certificate" in made.known.wrong_with(made.leaf(), other.authority.issuing.certificate, LATER)


def test_a_timestamp_of_the_future_does_not_count(made: Logging) -> None:
    leaf, issuer = made.leaf(), made.authority.issuing.certificate
    assert "future" in made.known.wrong_with(leaf, issuer, NOW - timedelta(days=1))


@pytest.mark.parametrize("stamps", [b"", b"\x04\x00", b"\x04\x02\x00\x00", b"\x04\x04\x00\x02\x00\x00", b"\x05\x00"])
def test_what_cannot_be_read_is_none(made: Logging, stamps: bytes) -> None:
    assert wrong(made, with_stamps(made, made.leaf(), stamps))


def test_a_head_is_signed_by_the_log(made: Logging, other: Logging) -> None:
    made.leaf()
    head = made.log.head(LATER)
    assert made.known.signed_head(head.timestamp, head.size, head.root, head.signature)
    assert not other.known.signed_head(head.timestamp, head.size, head.root, head.signature)
    assert not made.known.signed_head(head.timestamp + 1, head.size, head.root, head.signature)
    assert not made.known.signed_head(head.timestamp, head.size - 1, head.root, head.signature)
    assert not made.known.signed_head(head.timestamp, head.size, bytes(32), head.signature)
    for signature in (b"", head.signature[:-1], head.signature + b"\0", b"\2" + head.signature[1:]):
        assert not made.known.signed_head(head.timestamp, head.size, head.root, signature)


def test_a_log_is_known_by_an_ec_key() -> None:
    pem = (
        rsa.generate_private_key(65537, 2048).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    for bad in (pem, b"acorn"):
        with pytest.raises(ValueError):  # noqa: PT011  (of the library, too)
            KnownLog.from_pem(bad)
