"""Messages of a handshake in clear have the structure of their type, and nothing behind it."""

from __future__ import annotations

import datetime as dt
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from capture.in_clear import SPELLED, SWAPPED
from capture.talk import noise, vector
from overheard_capture.protocols.tls.message_fields import is_ordinary

COMPANY = {
    NameOID.COUNTRY_NAME: "DE",
    NameOID.LOCALITY_NAME: "Frankfurt am Main",
    NameOID.ORGANIZATION_NAME: "The Royal Bank of Scotland Group Public Limited Company",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "(c) 2006 Example, Inc. - For authorized use only",
    NameOID.COMMON_NAME: "www.example.com",
}
PROSE = {NameOID.ORGANIZATION_NAME: SPELLED.decode()}


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(attributes: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes.items()])


def certificate(subject: dict[x509.ObjectIdentifier, str]) -> bytes:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name(COMPANY), name(subject), key().public_key(), 9, now, now)
    return builder.sign(key(), hashes.SHA256()).public_bytes(Encoding.DER)


def chain(*certificates: bytes) -> bytes:
    return vector(3, *(vector(3, each) for each in certificates))


def authorities(attributes: dict[x509.ObjectIdentifier, str], behind: bytes = b"") -> bytes:
    return (
        vector(1, b"\1\x40") + vector(2, b"\4\3\4\1") + vector(2, vector(2, name(attributes).public_bytes() + behind))
    )


SIGNED = b"\4\3" + vector(2, noise(72))
ECDHE = b"\3\0\x1d" + vector(1, noise(32)) + SIGNED
ORDINARY = {
    0: [b""],
    3: [b"\xfe\xfd" + vector(1, noise(20))],
    4: [bytes(4) + vector(2, noise(192)), bytes(6)],
    11: [chain(certificate(COMPANY)), chain(), chain(certificate(COMPANY), certificate(COMPANY))],
    12: [
        ECDHE,
        b"\3\0\x17" + vector(1, noise(65)) + vector(2, noise(256)),
        vector(2, noise(128)) + vector(2, b"\2") + vector(2, noise(128)) + SIGNED,
        vector(2, b"a hint") + b"\3\0\x1d" + vector(1, noise(32)),
        vector(2, b"Server_identity"),
    ],
    13: [authorities(COMPANY), vector(1, b"\1") + vector(2, b"")],
    14: [b""],
    15: [SIGNED, vector(2, noise(256))],
    16: [vector(1, noise(32)), vector(2, noise(256)), vector(2, b"Client_identity"), noise(256)],
    22: [b"\1" + vector(3, b"\x30\3\x0a\1\0")],
}
HIDDEN = {
    0: [SWAPPED],
    3: [b"\xfe\xfd" + vector(1, SPELLED)],
    4: [bytes(4) + vector(2, SPELLED), bytes(4) + vector(2, noise(192)) + noise(9)],
    5: [SWAPPED],
    11: [
        chain(certificate(COMPANY) + SWAPPED),
        chain(certificate(COMPANY)) + SWAPPED,
        chain(SPELLED),
        b"\0\0\x0e\x30\x0c" + SWAPPED,
    ],
    12: [ECDHE + SWAPPED, vector(2, SPELLED), b"\3\0\x1d" + vector(1, SPELLED) + SIGNED],
    13: [authorities(PROSE), authorities(COMPANY, SWAPPED), vector(1, b"\1") + vector(2, vector(2, SPELLED))],
    14: [SWAPPED],
    15: [SIGNED + SWAPPED, b"\4\3" + vector(2, SPELLED)],
    16: [vector(1, noise(32)) + SWAPPED, vector(2, SPELLED), SPELLED],
    21: [SWAPPED],
    22: [b"\1" + vector(3, SPELLED), b"\1" + vector(3, b"\x30\3\x0a\1\0") + SWAPPED],
    23: [vector(3, SWAPPED)],
    99: [noise(9)],
}


def test_messages_with_the_structure_of_their_type_are_ordinary() -> None:
    assert [(kind, body) for kind, bodies in ORDINARY.items() for body in bodies if not is_ordinary(kind, body)] == []


def test_surplus_bytes_and_text_are_not() -> None:
    assert [(kind, body) for kind, bodies in HIDDEN.items() for body in bodies if is_ordinary(kind, body)] == []
