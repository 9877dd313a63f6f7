"""Documents of every kind, made by libraries, and changes of them: of single bytes, and of whole elements.

An element is changed in such a way that the lengths around it stay right, so that readers get to what is inside.
"""

from __future__ import annotations

import functools
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509 import ocsp

from lab.certificates import der
from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import alternative, called, constraints, revocations, server

_LEAF = server(ISSUING)


@functools.cache
def documents() -> dict[str, bytes]:
    """One document of each kind, in DER."""
    request = x509.CertificateSigningRequestBuilder(called("a request"))
    request = request.add_extension(alternative("a.test", "192.0.2.1"), critical=False)
    constrained = server(ISSUING, constraints(only=[x509.DNSName("a.test")], never=[x509.DirectoryName(called("x"))]))
    both = [_LEAF.certificate, ISSUING.certificate]
    return {
        "leaf": _LEAF.der,
        "issuing": ISSUING.der,
        "root": ROOT.der,
        "constrained": constrained.der,
        "written": der.leaf(*_every_extension()).der,
        "crl": revocations(ISSUING, _LEAF).public_bytes(Encoding.DER),
        "csr": request.sign(_LEAF.key, hashes.SHA256()).public_bytes(Encoding.DER),
        "p7": pkcs7.serialize_certificates(both, Encoding.DER),
        "p12": _store(NoEncryption()),
        "p12 encrypted": _store(BestAvailableEncryption(b"a password")),
        "ocsp": answer(ocsp.OCSPCertStatus.GOOD),
        "ocsp revoked": answer(ocsp.OCSPCertStatus.REVOKED, x509.ReasonFlags.key_compromise),
        "ocsp refused": ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(
            Encoding.DER
        ),
        "ocsp request": _asked(),
        **_keys(),
    }


def answer(status: ocsp.OCSPCertStatus, reason: x509.ReasonFlags | None = None, *, with_issuer: bool = True) -> bytes:
    """What the issuing CA answers about the status of a certificate."""
    revoked = der.NOW if status is ocsp.OCSPCertStatus.REVOKED else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=_LEAF.certificate,
        issuer=ISSUING.certificate,
        algorithm=hashes.SHA256(),
        cert_status=status,
        this_update=der.NOW,
        next_update=der.NOW + timedelta(days=7),
        revocation_time=revoked,
        revocation_reason=reason,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, ISSUING.certificate)
    if with_issuer:
        builder = builder.certificates([ISSUING.certificate])
    return builder.sign(ISSUING.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _asked() -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(_LEAF.certificate, ISSUING.certificate, hashes.SHA256())
    return builder.build().public_bytes(Encoding.DER)


def _store(encryption: NoEncryption | BestAvailableEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"name", _LEAF.key, _LEAF.certificate, [ISSUING.certificate], encryption
    )


def _keys() -> dict[str, bytes]:
    keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey] = {
        "rsa": rsa.generate_private_key(65537, 2048),
        "ec": ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    found = {}
    for name, key in keys.items():
        found[f"{name} key"] = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        found[f"{name} public"] = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if name != "ed25519":
            found[f"{name} old"] = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    found["encrypted key"] = keys["ec"].private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"a password")
    )
    return found


def _every_extension() -> list[bytes]:
    """Extensions of all kinds that libraries seldom write."""
    place = der.tlv(0xA0, der.tlv(0xA0, der.tlv(0x86, b"http://a.test")))
    access = der.seq(der.oid("1.3.6.1.5.5.7.48.1"), der.tlv(0x86, b"http://a.test"))
    return [
        der.extension("2.5.29.31", der.seq(der.seq(place))),
        der.extension("2.5.29.46", der.seq(der.seq(der.tlv(0xA0, der.tlv(0xA1, der.attribute("x")))))),
        der.extension("1.3.6.1.5.5.7.1.1", der.seq(access)),
        der.extension("2.5.29.32", der.seq(der.seq(der.oid("2.5.29.32.0")))),
        der.extension("2.5.29.33", der.seq(der.seq(der.oid("1.2.3"), der.oid("1.2.4")))),
        der.extension("2.5.29.36", der.seq(der.tlv(0x80, b"\1"), der.tlv(0x81, b"\2"))),
        der.extension("2.5.29.54", der.integer(3)),
        der.extension("2.5.29.16", der.seq(der.tlv(0x80, b"20200101000000Z"))),
        der.extension("2.16.840.1.113730.1.1", der.bit_string(b"\x40", 6)),
        der.extension("2.16.840.1.113730.1.13", der.tlv(0x16, b"a comment")),
        der.extension("1.3.6.1.5.5.7.1.24", der.seq(der.integer(5))),
        der.extension("1.3.6.1.4.1.11129.2.4.2", der.octets(b"\0\x2b\0\x29\0" + bytes(40))),
        der.extension("2.5.29.28", der.seq(place, der.tlv(0x81, b"\xff"))),
        der.extension("2.5.29.20", der.integer(1 << 70)),
        der.authority_key(der.key(1), der.tlv(0xA1, der.tlv(0xA4, der.ROOT_NAME)), der.tlv(0x82, b"\5")),
    ]


@dataclass
class Node:
    """An element as it can be changed: its tag, and either its content or its parts.

    A string that holds elements (an extension, a key) has parts, too; `before` is what comes first in it.
    """

    tag: int
    content: bytes
    parts: list[Node]
    before: bytes = b""

    def encoded(self) -> bytes:
        inner = b"".join(part.encoded() for part in self.parts) if self.parts else self.content
        return der.tlv(self.tag, self.before, inner)

    def copied(self) -> Node:
        return Node(self.tag, self.content, [part.copied() for part in self.parts], self.before)

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            yield from part.walk()


def nodes(data: bytes) -> list[Node] | None:
    """The elements that `data` consists of; None if it is not DER through and through."""
    found, at = [], 0
    while at < len(data):
        if len(data) - at < 2 or data[at] & 0x1F == 0x1F:
            return None
        size, begin = data[at + 1], at + 2
        if size >= 0x80:
            begin += size & 0x7F
            size = int.from_bytes(data[at + 2 : begin])
        if size > len(data) - begin:
            return None
        found.append(_node(data[at], data[begin : begin + size]))
        at = begin + size
    return found


def _node(tag: int, content: bytes) -> Node:
    before = content[:1] if tag == 0x03 else b""
    inside = nodes(content[len(before) :]) if tag & 0x20 or tag in {0x03, 0x04} else None
    return Node(tag, content[len(before) :], inside or [], before)


_TAGS = (
    1,
    2,
    3,
    4,
    5,
    6,
    0x0C,
    0x13,
    0x14,
    0x16,
    0x17,
    0x18,
    0x1C,
    0x1E,
    0x24,
    0x30,
    0x31,
    *range(0x80, 0x89),
    *range(0xA0, 0xA9),
)
_CONTENTS = (
    b"",
    b"\0",
    b"\xff",
    b"\x80",
    b"\0" * 9,
    b"\xff" * 40,
    b"\x30\0",
    b"\x1b[31m",
    "\u202e::error::x".encode(),
    b"A" * 400,
    bytes(range(256)),
)


def _another_tag(node: Node, draw: random.Random, _others: list[Node]) -> None:
    node.tag = draw.choice(_TAGS)


def _another_content(node: Node, draw: random.Random, _others: list[Node]) -> None:
    node.content, node.parts = draw.choice((*_CONTENTS, draw.randbytes(draw.randrange(12)))), []


def _one_byte(node: Node, draw: random.Random, _others: list[Node]) -> None:
    data = bytearray(node.encoded()[2:] or b"\0")
    data[draw.randrange(len(data))] = draw.randrange(256)
    node.content, node.parts = bytes(data), []


def _another_node(node: Node, draw: random.Random, others: list[Node]) -> None:
    other = draw.choice(others).copied()
    node.tag, node.content, node.parts, node.before = other.tag, other.content, other.parts, other.before


def _fewer(node: Node, draw: random.Random, _others: list[Node]) -> None:
    node.parts = [part for part in node.parts if draw.random() < 0.6]


def _more(node: Node, draw: random.Random, others: list[Node]) -> None:
    extra = draw.choice(node.parts) if node.parts and draw.random() < 0.7 else draw.choice(others)
    node.parts = [*node.parts, *[extra.copied() for _ in range(draw.choice((1, 1, 1, 2, 30)))]]


def _shuffled(node: Node, draw: random.Random, _others: list[Node]) -> None:
    node.parts = draw.sample(node.parts, len(node.parts))


def _nested(node: Node, draw: random.Random, _others: list[Node]) -> None:
    for _ in range(draw.choice((1, 5, 60))):
        node.parts = [Node(node.tag | 0x20, node.content, node.parts, node.before)]


_CHANGES: tuple[Callable[[Node, random.Random, list[Node]], None], ...] = (
    _another_tag,
    _another_content,
    _one_byte,
    _another_node,
    _fewer,
    _more,
    _shuffled,
    _nested,
)


def changed_elements(data: bytes, draw: random.Random) -> bytes:
    """A document in which one element or a few are another, and the lengths around them right."""
    tree, other = nodes(data), nodes(draw.choice(list(documents().values())))
    if not tree or not other:
        return data
    others = [node for top in other for node in top.walk()]
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        draw.choice(_CHANGES)(draw.choice([node for top in tree for node in top.walk()]), draw, others)
    return b"".join(top.encoded() for top in tree)


def changed_bytes(data: bytes, draw: random.Random) -> bytes:
    """A document in which bytes are others, missing, or too many."""
    bytes_ = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        at = draw.randrange(len(bytes_) + 1)
        match draw.randrange(4):
            case 0:
                bytes_[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del bytes_[at : at + draw.choice((1, 2, 50))]
            case 2:
                bytes_[at:at] = draw.choice(_CONTENTS)
            case _:
                bytes_ = bytes_[:at] or bytearray(b"\x30")
    return bytes(bytes_)


def changed(draw: random.Random) -> tuple[str, bytes]:
    """The name of a document, and the document changed at random, in DER or PEM."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name, data = draw.choice(list(documents().items()))
    data = draw.choice((changed_elements, changed_elements, changed_bytes))(data, draw)
    if draw.random() < 0.2:
        label = draw.choice(("CERTIFICATE", "X509 CRL", "PRIVATE KEY", "CERTIFICATE REQUEST", "TRUSTED CERTIFICATE"))
        data = der.pem(data, label)
        data = changed_bytes(data, draw) if draw.random() < 0.3 else data
    return name, data
