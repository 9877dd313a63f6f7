"""A key of a CA, a root as the tutorial makes one, and what `overheard.pki` says when it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from overheard.pki import PkiError

CA_KEY = ec.generate_private_key(ec.SECP256R1())
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def loaded(pem: bytes) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(pem)


def refusal(function: Callable[..., object], *arguments: object, **named: object) -> str:
    """What a function says that refuses."""
    with pytest.raises(PkiError) as caught:
        function(*arguments, **named)
    return str(caught.value)


def old_way_root(begins: datetime, ends: datetime, *extensions: x509.ExtensionType) -> x509.Certificate:
    """A root as the tutorial makes one, with basic constraints alone."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an old way CA")])
    builder = x509.CertificateBuilder(
        name, name, CA_KEY.public_key(), x509.random_serial_number(), begins.replace(microsecond=0), ends
    )
    for extension in extensions or [x509.BasicConstraints(ca=True, path_length=None)]:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(CA_KEY, hashes.SHA256())
