"""Certificate signing requests, changed at random and then signed: so readers get beyond the signature."""

from __future__ import annotations

import functools
import random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ca.csrs import KEY, csr, pem, rsa_csr
from lab.certificates import der
from lab.certificates.mutations import Node, changed_bytes, changed_elements, nodes


@functools.cache
def requests() -> list[bytes]:
    """Requests in DER: plain ones, and one with everything that a request may have."""
    stapled = x509.TLSFeature([x509.TLSFeatureType.status_request])
    elaborate = csr(
        "server",
        x509.RFC822Name("squirrel@server"),
        x509.DirectoryName(x509.Name([])),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        common_name="server",
        extensions=[(x509.BasicConstraints(ca=True, path_length=3), True), (stapled, False)],
    )
    made = [
        csr("server", "127.0.0.1"),
        csr("server", "::1", common_name="server"),
        csr("server", key=ed25519.Ed25519PrivateKey.generate()),
        csr("server", key=ec.generate_private_key(ec.SECP521R1())),
        rsa_csr((1 << 2203) - 1, 65537),
        elaborate,
    ]
    return [x509.load_pem_x509_csr(each).public_bytes(Encoding.DER) for each in made]


def request(draw: random.Random) -> bytes:
    """A request in PEM. Most have changes in what is signed, and a signature that fits."""
    data = draw.choice(requests())
    match draw.randrange(10):
        case 0:
            data = changed_bytes(data, draw)
        case 1:
            data = changed_elements(data, draw)
        case _:
            data = der.signed(_changed(data, draw), KEY)
    text = pem(data)
    return changed_bytes(text, draw) if draw.random() < 0.1 else text


def _changed(data: bytes, draw: random.Random) -> bytes:
    """What is signed of a request, with changes. Seldom its key, without which nothing else is looked at."""
    info = _parts(data)[0]
    if draw.random() < 0.1:
        return changed_elements(info.encoded(), draw)
    # Version, subject, key, attributes (RFC 2986, 4.1).
    version, subject, _, *attributes = [part.encoded() for part in info.parts]
    own = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    which = draw.choice((0, 1, 2, 2, 2, 2))
    if which == 0:
        version = changed_elements(version, draw)
    elif which == 1:
        subject = changed_elements(subject, draw)
    else:
        attributes = [changed_elements(each, draw) for each in attributes]
    return der.seq(version, subject, own, *attributes)


def _parts(data: bytes) -> list[Node]:
    (top,) = nodes(data) or []
    return top.parts
