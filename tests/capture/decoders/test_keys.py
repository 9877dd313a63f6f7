"""Certificates, keys and signatures are no large values, in base64 or not; what hides in their structure is one."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import struct
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from capture.played import VALUE, played, seen
from capture.wrapped import noise
from overheard_capture.content.findings import PRIVATE_KEY
from overheard_capture.content.opaque_values import LARGE_VALUE
from overheard_capture.content.opaque_values import VALUE as OPAQUE
from overheard_capture.decoders.keys import is_der
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.test")])


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Made when a test first needs it, as that takes a while, and every worker imports this file."""
    return rsa.generate_private_key(65537, 4096)


def certificate(extension: bytes = b"", *, pem: bool = True) -> bytes:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(rsa_key().public_key())
    builder = builder.serial_number(4711 << 90).not_valid_before(now).not_valid_after(now + dt.timedelta(9))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("example.test")]), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(rsa_key().public_key()), critical=False)
    if extension:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), extension)
        builder = builder.add_extension(unknown, critical=False)
    return builder.sign(rsa_key(), hashes.SHA256()).public_bytes(PEM if pem else DER)


def private(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    encoding: serialization.Encoding,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    password: bytes = b"",
) -> bytes:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(encoding, form, locked)


def request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(NAME)
    return builder.sign(rsa_key(), hashes.SHA256()).public_bytes(DER)


def ssh(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return (
        key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH) + b" me@x\n"
    )


def number(size: int, seed: int) -> bytes:
    """A number of OpenPGP."""
    return struct.pack(">H", 8 * size) + b"\xff" + noise(size - 1, seed)


def packet(kind: int, body: bytes) -> bytes:
    return bytes([0x81 | kind << 2]) + struct.pack(">H", len(body)) + body


def signature(size: int = 512, hashed: int = 30, inside: bytes = b"") -> bytes:
    first = b"\xff" + struct.pack(">I", hashed + 1) + b"\2" + noise(hashed)
    second = b"\xff" + struct.pack(">I", len(inside) + 1) + b"\x20" + inside
    areas = b"".join(struct.pack(">H", len(area)) + area for area in (first, second))
    return packet(2, b"\4\x13\1\x0a" + areas + b"ab" + number(size, 1))


def public_key() -> bytes:
    key = packet(6, b"\4" + bytes(4) + b"\1" + number(512, 2) + b"\0\x11\1\0\1")
    return key + packet(13, b"Somebody <somebody@example.test>") + signature()


def armour(data: bytes, what: bytes = b"SIGNATURE") -> bytes:
    text = base64.b64encode(data)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return b"-----BEGIN PGP %b-----\n\n%b\n=abcd\n-----END PGP %b-----\n" % (what, lines, what)


KEYS: dict[str, Callable[[], bytes]] = {
    "a certificate": certificate,
    "a chain": lambda: certificate() * 3,
    "a certificate on one line": lambda: b'{"x5c": ["' + base64.b64encode(certificate(pem=False)) + b'"]}',
    "a certificate in DER": lambda: certificate(pem=False),
    "a private key with a password": lambda: private(ec.generate_private_key(ec.SECP256R1()), PEM, password=b"x"),
    "a request for a certificate": request,
    "an SSH key": lambda: ssh(rsa_key()),
    "an SSH key of a curve": lambda: ssh(ec.generate_private_key(ec.SECP521R1())),
    "an OpenPGP signature": lambda: armour(signature()),
    "two OpenPGP signatures": lambda: armour(signature() + signature(256)),
    "an OpenPGP key": lambda: armour(public_key(), b"PUBLIC KEY BLOCK"),
    "a signature in another": lambda: armour(signature(inside=signature()[3:])),
}


@for_each(name=KEYS)
def test_they_are_no_reason(name: str) -> None:
    findings = played(untyped, KEYS[name]())
    assert not findings.unread
    assert max(findings.values[OPAQUE].values()) <= 512


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("curve", [False, True])
def test_a_private_key_in_clear_is_a_reason(form: serialization.PrivateFormat, *, curve: bool) -> None:
    """Whatever was encrypted for it can be read by all who saw it."""
    key = ec.generate_private_key(ec.SECP384R1()) if curve else rsa_key()
    pem, der = private(key, PEM, form), private(key, DER, form)
    written = [pem, der, b'{"key": "' + base64.b64encode(der) + b'"}', json.dumps({"key": pem.decode()}).encode()]
    for data in written:
        assert {each.what for each in played(untyped, data).unread} == {PRIVATE_KEY}
    for size in (1, 7, 100):
        assert {each.what for each in played(untyped, pem, range(0, len(pem), size)).unread} == {PRIVATE_KEY}


def store(password: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"oak", key, None, None, locked)


def test_a_private_key_in_an_open_store_is_a_reason() -> None:
    """With a password, what is in PKCS #12 is encrypted."""
    for data in (store(b""), base64.b64encode(store(b""))):
        assert {each.what for each in played(untyped, data).unread} == {PRIVATE_KEY}
    for data in (store(b"x"), base64.b64encode(store(b"x"))):
        assert not played(untyped, data).unread


def test_text_in_them_is_read() -> None:
    hidden = b"\x0c" + bytes([len(text := base64.b64encode(gzip.compress(VALUE)))]) + text
    findings = played(untyped, certificate(hidden))
    assert any("gzip" in found.layers for found in findings.sightings)
    assert not findings.unread


@pytest.mark.parametrize(
    "write",
    [
        lambda: certificate(noise(700)),
        lambda: certificate(b"\x04\x82\x02\xbc" + noise(700), pem=False),
        lambda: base64.b64encode(certificate(pem=False) + noise(700)),
        lambda: armour(signature(700)),
        lambda: armour(signature(512, 700)),
        lambda: armour(signature(inside=signature(700)[3:])),
        lambda: b"ssh-rsa " + base64.b64encode(b"\0\0\0\7ssh-rsa" + b"\0\0\0\3\1\0\1" + b"\0\0\2\xbc" + noise(700)),
    ],
)
def test_what_is_larger_is_a_reason(write: Callable[[], bytes]) -> None:
    assert {each.what for each in played(untyped, write()).unread} == {LARGE_VALUE}


@for_each(name=KEYS)
def test_they_may_end_early_or_be_damaged(name: str) -> None:
    data = KEYS[name]()
    raw = data if data.startswith(b"0\x82") else base64.b64decode(b"".join(data.split(b"\n")[2:5]) + b"===")
    for at in range(0, len(raw), 5):
        played(untyped, raw[:at])
        played(untyped, raw[:at] + b"\xff\x84\xff" + raw[at + 2 :])


def test_a_known_format_in_a_value_is_unwrapped() -> None:
    """Such as in an answer of SNMP, which is a sequence like a certificate."""
    packed = gzip.compress(VALUE + bytes(range(256)))
    value = b"\x04\x82" + len(packed).to_bytes(2) + packed
    findings = played(untyped, b"\x30\x82" + (len(value) + 3).to_bytes(2) + b"\2\1\1" + value)
    assert any("gzip" in layers for layers in seen(findings))


def sequence(*parts: bytes, tag: int = 0x30) -> bytes:
    inside = b"".join(parts)
    return bytes([tag, 0x82]) + len(inside).to_bytes(2) + inside


PADDED = b"\x04\x82\x01\x00" + noise(256)
MESSAGES = {
    "SNMPv1": sequence(b"\2\1\0\4\6public", sequence(b"\2\1\1\2\1\0\2\1\0", PADDED, tag=0xA2)),
    "a trap": sequence(b"\2\1\0\4\6public", sequence(b"\6\3\x2b\6\1", PADDED, tag=0xA4)),
    "SNMPv3": sequence(b"\2\1\3", sequence(b"\2\1\1\2\3\0\1\1\4\1\0\2\1\3"), PADDED),
    "LDAP": sequence(b"\2\1\1", sequence(b"\4\0\x0a\1\0", PADDED, tag=0x63)),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_of_ldap_and_snmp_are_no_documents(name: str) -> None:
    assert not is_der(MESSAGES[name][:128])


def test_private_keys_are_documents() -> None:
    rsa = sequence(b"\2\1\0\2\x82\1\0" + bytes(256))
    elliptic = sequence(b"\2\1\1\4\x20" + bytes(32), b"\xa0\7\6\5\x2b\x81\4\0\x22", b"\xa1\x64\3\x62\0" + bytes(97))
    for data in (rsa, elliptic, sequence(b"\2\1\3", sequence(b"\6\1\1", PADDED))):
        assert is_der(data[:128])
