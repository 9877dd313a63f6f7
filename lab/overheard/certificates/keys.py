"""Keys and signatures in words, and whether they are too weak."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

# OpenSSL's security level 2 requires 112 bits of security (SSL_CTX_set_security_level(3)). It rounds: the smallest RSA
# key that it accepts has fewer than 2048 bits.
_LEAST_RSA = 1963
_LEAST_EC = 224
_LEAST_DIGEST = 224

# Curves by their common names; others by the names in their standards.
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    """The key of a certificate; None if its kind is not known here."""
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def key_in_words(certificate: x509.Certificate) -> str:
    """The kind of key and its size: `EC P-256`, `RSA 2048`."""
    match public_key(certificate):
        case rsa.RSAPublicKey() as key:
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
        case dsa.DSAPublicKey() as key:
            return f"DSA {key.key_size}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return f"of an unknown kind, {certificate.public_key_algorithm_oid.dotted_string}"


def key_is_weak(certificate: x509.Certificate) -> bool:
    """Whether OpenSSL rejects the key at security level 2."""
    match public_key(certificate):
        case rsa.RSAPublicKey() | dsa.DSAPublicKey() as key:
            return key.key_size < _LEAST_RSA
        case ec.EllipticCurvePublicKey() as key:
            return key.key_size < _LEAST_EC
    return False


def digest(certificate: x509.Certificate) -> hashes.HashAlgorithm | None:
    """The hash function of the signature; None if it has none, or one not known here."""
    try:
        return certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None


def digest_is_weak(certificate: x509.Certificate) -> bool:
    """Whether OpenSSL rejects the signature at security level 2. A digest has half as many bits of security as bits."""
    algorithm = digest(certificate)
    return algorithm is not None and algorithm.digest_size * 8 < _LEAST_DIGEST


def signature_in_words(certificate: x509.Certificate) -> str:
    """How the certificate is signed: `ECDSA with SHA-256`."""
    oid = certificate.signature_algorithm_oid
    return _SIGNATURES.get(oid) or f"unknown, {oid.dotted_string}"


_SIGNATURES = {
    x509.SignatureAlgorithmOID.RSA_WITH_MD5: "RSA with MD5",
    x509.SignatureAlgorithmOID.RSA_WITH_SHA1: "RSA with SHA-1",
    x509.SignatureAlgorithmOID.RSA_WITH_SHA224: "RSA with SHA-224",
    x509.SignatureAlgorithmOID.RSA_WITH_SHA256: "RSA with SHA-256",
    x509.SignatureAlgorithmOID.RSA_WITH_SHA384: "RSA with SHA-384",
    x509.SignatureAlgorithmOID.RSA_WITH_SHA512: "RSA with SHA-512",
    x509.SignatureAlgorithmOID.RSASSA_PSS: "RSA-PSS",
    x509.SignatureAlgorithmOID.ECDSA_WITH_SHA1: "ECDSA with SHA-1",
    x509.SignatureAlgorithmOID.ECDSA_WITH_SHA224: "ECDSA with SHA-224",
    x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256: "ECDSA with SHA-256",
    x509.SignatureAlgorithmOID.ECDSA_WITH_SHA384: "ECDSA with SHA-384",
    x509.SignatureAlgorithmOID.ECDSA_WITH_SHA512: "ECDSA with SHA-512",
    x509.SignatureAlgorithmOID.ED25519: "Ed25519",
    x509.SignatureAlgorithmOID.ED448: "Ed448",
}
