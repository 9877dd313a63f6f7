from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from ca.csrs import KEY
from overheard.role.profiles import PublicKey
from overheard_ca.certificates import Issuer, issuing_certificate, leaf_certificate, root_certificate
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from overheard_ca.status.urls import StatusUrls

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = Issuer(root_certificate(ROOT_KEY, NOW), ROOT_KEY)
ISSUING_KEY = ec.generate_private_key(ec.SECP256R1())
ISSUING = Issuer(issuing_certificate(ISSUING_KEY, ROOT, NOW), ISSUING_KEY)
STATUS = StatusUrls("http://ca:8080")
TIMESTAMPS = x509.UnrecognizedExtension(ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS, b"\x04\x02\0\0")
NAMES = ("server", IPv4Address("127.0.0.1"))


def leaf(
    key: PublicKey | None = None, days: int = 30, now: datetime = NOW, profile: Profile = Profile.SERVER
) -> x509.Certificate:
    asked = CheckedRequest(key or KEY.public_key(), NAMES)
    # Nothing could be stapled without OCSP.
    issuer = replace(ISSUING, status=STATUS) if profile is Profile.MUST_STAPLE else ISSUING
    return leaf_certificate(asked, profile, issuer, timedelta(days=days), now, lambda _: TIMESTAMPS)


def names_usage(certificate: x509.Certificate) -> set[str]:
    """The key usages that are set."""
    extension = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert extension.critical
    # The last two may be read only if key_agreement is set, which it never is.
    usages = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return {usage for usage in (*usages, "key_cert_sign", "crl_sign") if getattr(extension.value, usage)}


def key_identifier(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


@pytest.mark.parametrize(("certificate", "path_length"), [(ROOT.certificate, 1), (ISSUING.certificate, 0)])
def test_a_ca_may_sign_certificates_and_its_name_says_that_it_is_for_tests(
    certificate: x509.Certificate, path_length: int
) -> None:
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=path_length)
    assert names_usage(certificate) == {"key_cert_sign", "crl_sign"}
    common_name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert "Test" in common_name
    assert "not for production" in common_name


def test_the_root_is_valid_for_10_years_and_the_issuing_certificate_for_5() -> None:
    assert ROOT.certificate.not_valid_after_utc.date() == datetime(2036, 2, 29, tzinfo=UTC).date()
    assert ISSUING.certificate.not_valid_after_utc.date() == datetime(2031, 3, 1, tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("profile", "purposes"),
    [
        (Profile.SERVER, [ExtendedKeyUsageOID.SERVER_AUTH]),
        (Profile.CLIENT, [ExtendedKeyUsageOID.CLIENT_AUTH]),
        (Profile.BOTH, [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
        (Profile.SHORT_LIVED, [ExtendedKeyUsageOID.SERVER_AUTH]),
    ],
)
def test_a_certificate_has_exactly_these_extensions_and_the_uses_of_its_profile(
    profile: Profile, purposes: list[x509.ObjectIdentifier]
) -> None:
    certificate = leaf(profile=profile)
    assert {extension.oid: extension.critical for extension in certificate.extensions} == {
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME: False,
        ExtensionOID.BASIC_CONSTRAINTS: True,
        ExtensionOID.KEY_USAGE: True,
        ExtensionOID.EXTENDED_KEY_USAGE: False,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER: False,
    }
    value = certificate.extensions.get_extension_for_class
    assert list(value(x509.SubjectAlternativeName).value) == [
        x509.DNSName("server"),
        x509.IPAddress(IPv4Address("127.0.0.1")),
    ]
    assert value(x509.BasicConstraints).value == x509.BasicConstraints(ca=False, path_length=None)
    assert list(value(x509.ExtendedKeyUsage).value) == purposes
    assert value(x509.AuthorityKeyIdentifier).value.key_identifier == key_identifier(ISSUING.certificate)
    assert key_identifier(certificate) == x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()).digest


def test_the_common_name_is_the_first_name() -> None:
    assert leaf().subject.rfc4514_string() == "CN=server"


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (("a" * 60 + ".net", "other"), "CN=" + "a" * 60 + ".net"),
        (("a" * 61 + ".net", "other"), "CN=other"),
        (("a" * 61 + ".net",), ""),
    ],
)
def test_a_name_that_is_too_long_for_a_common_name_is_none(names: tuple[str, ...], subject: str) -> None:
    """Without a subject, the names are critical."""
    asked = CheckedRequest(KEY.public_key(), names)
    certificate = leaf_certificate(asked, Profile.SERVER, ISSUING, timedelta(days=1), NOW)
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert certificate.subject.rfc4514_string() == subject
    assert found.value.get_values_for_type(x509.DNSName) == list(names)
    assert found.critical is not bool(subject)


def test_only_a_servers_rsa_key_may_encipher_keys() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    ed_key = ed25519.Ed25519PrivateKey.generate().public_key()
    assert names_usage(leaf(rsa_key)) == {"digital_signature", "key_encipherment"}
    assert names_usage(leaf()) == names_usage(leaf(ed_key)) == {"digital_signature"}
    assert names_usage(leaf(rsa_key, profile=Profile.BOTH)) == {"digital_signature", "key_encipherment"}
    assert names_usage(leaf(rsa_key, profile=Profile.CLIENT)) == {"digital_signature"}


def test_the_one_profile_that_must_staple_says_so() -> None:
    def features(profile: Profile) -> list[x509.TLSFeatureType]:
        return [
            feature
            for extension in leaf(profile=profile).extensions
            if isinstance(extension.value, x509.TLSFeature) and not extension.critical
            for feature in extension.value
        ]

    found = {profile: features(profile) for profile in Profile}
    assert {profile for profile in Profile if found[profile]} == {Profile.MUST_STAPLE}
    assert found[Profile.MUST_STAPLE] == [x509.TLSFeatureType.status_request]


@pytest.mark.parametrize("status", [None, replace(STATUS, ocsp=False)])
def test_nothing_that_must_be_stapled_is_made_without_ocsp(status: StatusUrls | None) -> None:
    asked = CheckedRequest(KEY.public_key(), NAMES)
    with pytest.raises(ValueError, match="needs an OCSP responder"):
        leaf_certificate(asked, Profile.MUST_STAPLE, replace(ISSUING, status=status), timedelta(days=1), NOW)


def test_a_short_lived_one_ends_after_six_days_or_earlier_and_others_as_they_are_told() -> None:
    ends = {profile: leaf(days=30, profile=profile).not_valid_after_utc - NOW for profile in Profile}
    assert ends == {profile: timedelta(days=6 if profile is Profile.SHORT_LIVED else 30) for profile in Profile}
    assert leaf(days=2, profile=Profile.SHORT_LIVED).not_valid_after_utc == NOW + timedelta(days=2)


def test_serials_are_random_and_of_the_length_that_rfc_5280_allows() -> None:
    serials = {leaf().serial_number for _ in range(20)}
    assert len(serials) == 20
    assert all(64 <= serial.bit_length() <= 159 for serial in serials)


def test_it_is_already_valid_by_a_slow_clock() -> None:
    later = NOW + timedelta(days=1)
    assert leaf(now=later).not_valid_before_utc == later - timedelta(minutes=5)


@pytest.mark.parametrize("days", [1, 30, 398])
def test_it_is_valid_for_the_requested_number_of_days(days: int) -> None:
    assert leaf(days=days).not_valid_after_utc == NOW + timedelta(days=days)


def test_it_never_outlasts_its_issuer() -> None:
    assert leaf(days=3650).not_valid_after_utc == ISSUING.certificate.not_valid_after_utc


def test_it_never_precedes_its_issuer() -> None:
    """Not even if the clock was set back."""
    certificate = leaf(now=NOW - timedelta(hours=1))
    assert certificate.not_valid_before_utc == ISSUING.certificate.not_valid_before_utc


def test_each_is_signed_by_the_one_above() -> None:
    leaf().verify_directly_issued_by(ISSUING.certificate)
    ISSUING.certificate.verify_directly_issued_by(ROOT.certificate)
    ROOT.certificate.verify_directly_issued_by(ROOT.certificate)
