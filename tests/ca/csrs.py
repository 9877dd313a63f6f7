"""Certificate signing requests, valid and invalid."""

from __future__ import annotations

import hashlib
import ssl
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


def der(tag: int, *parts: bytes) -> bytes:
    """One DER value (X.690, 8.1) with the parts as its contents."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def rsa_csr(modulus: int, exponent: int, private: int = 1, *, name: str = "server") -> bytes:
    """A request for `name` with any RSA key, even if no library would make it, signed with its `private` exponent."""
    names = x509.SubjectAlternativeName([x509.DNSName(name)]).public_bytes()
    rsa_encryption, sha256_with_rsa, extension_request, alternative_names = (
        der(0x06, bytes.fromhex(identifier))
        for identifier in ("2a864886f70d010101", "2a864886f70d01010b", "2a864886f70d01090e", "551d11")
    )
    key = der(0x30, _integer(modulus), _integer(exponent))
    spki = der(0x30, der(0x30, rsa_encryption, b"\x05\x00"), der(0x03, b"\0", key))
    extensions = der(0x30, der(0x30, alternative_names, der(0x04, names)))
    attributes = der(0xA0, der(0x30, extension_request, der(0x31, extensions)))
    info = der(0x30, _integer(0), der(0x30), spki, attributes)
    # RFC 8017, 9.2: the DigestInfo of SHA-256, padded to the length of the modulus.
    size = (modulus.bit_length() + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(info).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    signature = pow(int.from_bytes(padded, "big"), private, modulus).to_bytes(size, "big")
    request = der(0x30, info, der(0x30, sha256_with_rsa, b"\x05\x00"), der(0x03, b"\0", signature))
    return pem(request)


def pem(request: bytes) -> bytes:
    """A request in PEM."""
    return ssl.DER_cert_to_PEM_cert(request).replace("CERTIFICATE", "CERTIFICATE REQUEST").encode()


def _integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def forged(pem: bytes) -> bytes:
    """The same request with the last bit of its signature flipped."""
    der = bytearray(x509.load_pem_x509_csr(pem).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
