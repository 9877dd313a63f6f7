"""The facts of a certificate, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from lab.certificates.faults import ISSUING, ROOT, UNHEARD_OF
from lab.certificates.making import NOW, alternative, authority, called, constraints, rsa_key, server, usage
from overheard.certificates.errors import CertificateError
from overheard.certificates.facts import ExtensionFact, facts, sentence, words_for_scenario

CRL = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://ca.test/crl")], None, None, None)]
)
ACCESS = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ca.test/ocsp")
        ),
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.test/")
        ),
    ]
)


def day(days: int) -> str:
    return f"{NOW + timedelta(days=days):%Y-%m-%d %H:%M} UTC"


def test_the_sentence_sums_up_a_certificate() -> None:
    made = server(ISSUING, common_name="server")
    awaited = f'From {day(-1)} to {day(30)} I am "server" according to "an issuing CA".'
    assert sentence(made.parsed) == awaited
    assert words_for_scenario(made.pem) == words_for_scenario(made.der) == awaited


def test_a_root_is_certified_by_itself() -> None:
    assert sentence(ROOT.parsed).endswith('I am "a root" according to myself.')


def test_an_empty_file_has_no_sentence() -> None:
    with pytest.raises(CertificateError):
        words_for_scenario(b"nothing")


def test_the_facts_of_a_server_certificate() -> None:
    made = server(ISSUING, names=("server", "127.0.0.1", "::1"))
    said = facts(made.parsed, "somebody")
    assert said.signed_by == "somebody"
    assert said.names == ("DNS server", "IP 127.0.0.1", "IP ::1")
    assert said.key == "EC P-256, to sign, encrypt keys, for servers"
    assert said.signature == "ECDSA with SHA-256"
    assert int(said.serial, 16) == made.certificate.serial_number
    assert len(said.fingerprint.split(":")) == 32
    assert datetime.fromisoformat(said.ends) == made.certificate.not_valid_after_utc.astimezone(UTC)


def test_the_facts_of_a_ca_certificate() -> None:
    said = facts(authority("a CA", key=rsa_key(2048), sha1=True).parsed, "")
    assert said.names == ()
    assert said.key == "RSA 2048, to sign certificates, sign revocation lists"
    assert said.signature == "RSA with SHA-1"


@pytest.mark.parametrize(
    ("extension", "fact"),
    [
        (x509.BasicConstraints(ca=True, path_length=None), ExtensionFact("basicConstraints", True, "a CA")),
        (
            x509.BasicConstraints(ca=True, path_length=0),
            ExtensionFact("basicConstraints", True, "a CA, with no other CA below it"),
        ),
        (
            x509.BasicConstraints(ca=True, path_length=2),
            ExtensionFact("basicConstraints", True, "a CA, with at most 2 other CA below it"),
        ),
        (usage("key_agreement", "encipher_only"), ExtensionFact("keyUsage", True, "to agree on keys, only to encrypt")),
        (
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, x509.ObjectIdentifier("1.2.3.4")]),
            ExtensionFact("extKeyUsage", False, "for clients, unknown purpose 1.2.3.4"),
        ),
        (
            constraints(only=[x509.DNSName("lab.test")], never=[x509.IPAddress(ip_network("192.0.2.0/24"))]),
            ExtensionFact("nameConstraints", True, "only DNS lab.test; never IP 192.0.2.0/24"),
        ),
        (CRL, ExtensionFact("cRLDistributionPoints", False, "URI http://ca.test/crl")),
        (
            ACCESS,
            ExtensionFact(
                "authorityInfoAccess", False, "OCSP at URI http://ca.test/ocsp, the issuer at URI http://ca.test/"
            ),
        ),
        (alternative("*.lab.test"), ExtensionFact("subjectAltName", False, "DNS *.lab.test")),
        (
            x509.SubjectAlternativeName(
                [
                    x509.RFC822Name("a@lab.test"),
                    x509.DirectoryName(called("x")),
                    x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
                    x509.OtherName(x509.ObjectIdentifier("1.2.3.5"), b"\x05\x00"),
                ]
            ),
            ExtensionFact("subjectAltName", False, "email a@lab.test, name CN=x, OID 1.2.3.4, other name 1.2.3.5"),
        ),
        (UNHEARD_OF, ExtensionFact("1.3.6.1.4.1.55555.1", True, "unknown, 2 bytes: 0500")),
        (x509.TLSFeature([x509.TLSFeatureType.status_request]), ExtensionFact("tlsFeature", False, "status_request")),
    ],
)
def test_an_extension_is_described_in_one_line(extension: x509.ExtensionType, fact: ExtensionFact) -> None:
    assert fact in facts(server(ISSUING, extension).parsed, "").extensions


def test_key_identifiers_are_shortened() -> None:
    said = {one.name: one.says for one in facts(server(ISSUING).parsed, "").extensions}
    own = x509.SubjectKeyIdentifier.from_public_key(ISSUING.key.public_key()).digest.hex()
    assert said["authorityKeyIdentifier"] == f"{own[:16]}…"
    assert len(said["subjectKeyIdentifier"]) == 17


def test_control_characters_are_escaped() -> None:
    made = server(ISSUING, common_name="\x1b[31mred\u202e")
    said = facts(made.parsed, "")
    assert said.subject == "\\x1b[31mred\\u202e"
    assert "\x1b" not in repr(said)


def test_invalid_extensions_are_reported() -> None:
    """A subjectAltName whose DNS name is invalid ASN.1: it hides nothing but itself."""
    made = server(
        ISSUING, x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x30\x03\x82\x7f\x41"), names=()
    )
    said = {one.name: one.says for one in facts(made.parsed, "").extensions}
    assert said["subjectAltName"].startswith("cannot be read: ")
    assert said["basicConstraints"] == "not a CA"
    assert facts(made.parsed, "").names == ("cannot be read",)
