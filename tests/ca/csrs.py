"""Certificate signing requests, valid and invalid."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | rsa.RSAPrivateKey
    | dsa.DSAPrivateKey
)

KEY = ec.generate_private_key(ec.SECP256R1())


def general_name(name: str) -> x509.GeneralName:
    """An IP address if it is one, otherwise a DNS name."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def csr(
    *names: str | x509.GeneralName,
    key: PrivateKey = KEY,
    common_name: str = "",
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A signing request in PEM; `names` are its subjectAltName, which is omitted if there are none."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        general_names = [general_name(name) if isinstance(name, str) else name for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(general_names), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


def forged(pem: bytes) -> bytes:
    """The same request with the last bit of its signature flipped."""
    der = bytearray(x509.load_pem_x509_csr(pem).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
