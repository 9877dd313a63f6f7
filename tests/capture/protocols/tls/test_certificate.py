"""Names in certificates, with `cryptography` as a second witness."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from overheard_capture.protocols.tls.certificate import certificate_names

KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the issuer")])


def certificate(*subject: x509.NameAttribute[str], names: list[x509.GeneralName] | None = None) -> bytes:
    """A certificate in DER."""
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(ISSUER, x509.Name(subject), KEY.public_key(), 1, now, now + timedelta(hours=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not subject)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def common(name: str, kind: _ASN1Type | None = None) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, name, kind)


SQUIRRELS = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Secret Squirrels")
EVERY_KIND = [
    x509.DNSName("server"),
    x509.DNSName("*.example"),
    x509.RFC822Name("fluffy@example"),
    x509.UniformResourceIdentifier("https://example/squirrel"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
]


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        pytest.param([SQUIRRELS, common("server")], "server", id="after another attribute"),
        pytest.param([common("größer")], "größer", id="UTF-8"),
        pytest.param([common("größer", _ASN1Type.BMPString)], "größer", id="UTF-16"),
        pytest.param([common("plain", _ASN1Type.PrintableString)], "plain", id="printable"),
        pytest.param([SQUIRRELS], "", id="no common name"),
        pytest.param([], "", id="an empty subject"),
        pytest.param([common("a\x1b[2Jb")], "a\ufffd[2Jb", id="terminal control sequences"),
        pytest.param([SQUIRRELS] * 30 + [common("server")], "server", id="lengths of two bytes"),
    ],
)
def test_the_common_name_is_the_subjects(subject: list[x509.NameAttribute[str]], name: str) -> None:
    assert certificate_names(certificate(*subject)) == (name, ())


def test_the_alternative_names_are_all_that_are_text_or_addresses() -> None:
    other = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))
    names = ("server", "*.example", "fluffy@example", "https://example/squirrel", "127.0.0.1", "::1")
    assert certificate_names(certificate(common("x"), names=[*EVERY_KIND, other])) == ("x", names)
    # Without a subject the extension is critical (RFC 5280, 4.2.1.6), and has one more field.
    assert certificate_names(certificate(names=EVERY_KIND)) == ("", names)


def test_a_certificate_of_the_first_version_has_one_field_less() -> None:
    """Version 1 is not encoded (RFC 5280, 4.1.2.1), and has no extensions."""

    def element(*parts: bytes, tag: int = 0x30) -> bytes:
        return bytes([tag, sum(map(len, parts))]) + b"".join(parts)

    subject = x509.Name([common("server")]).public_bytes()
    fields = element(b"\1", tag=2), element(), ISSUER.public_bytes(), element(), subject, element()
    assert certificate_names(element(element(*fields), element(), element())) == ("server", ())


def test_a_long_list_of_names() -> None:
    many = [f"host-{number}.example" for number in range(500)]
    assert certificate_names(certificate(names=[x509.DNSName(name) for name in many])) == ("", tuple(many))


def test_a_truncated_certificate_gives_no_names() -> None:
    whole = certificate(common("server"), names=EVERY_KIND)
    assert all(certificate_names(whole[:length]) == ("", ()) for length in range(len(whole)))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_without_an_error(data: bytes) -> None:
    certificate_names(data)
    certificate_names(b"\x30" + bytes([min(len(data), 127)]) + data)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_certificate_with_wrong_bytes_in_it_is_read_without_an_error(changes: list[tuple[int, int]]) -> None:
    wrong = bytearray(WHOLE)
    for at, byte in changes:
        wrong[at % len(wrong)] = byte
    certificate_names(bytes(wrong))


WHOLE = certificate(common("server"), names=EVERY_KIND)
