"""Signature algorithms (RFC 5280, 4.1.1.2): their words, their digest, and whether a signature holds."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from overheard.certificates.asn1.element import Asn1Error, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.values import oid, small
from overheard.certificates.keys import Key

_PSS = "1.2.840.113549.1.1.10"
_HASHES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "1.2.840.113549.2.5": ("MD5", hashes.MD5()),  # noqa: S303  (old certificates are signed with it)
    "1.3.14.3.2.26": ("SHA-1", hashes.SHA1()),  # noqa: S303
    "2.16.840.1.101.3.4.2.4": ("SHA-224", hashes.SHA224()),
    "2.16.840.1.101.3.4.2.1": ("SHA-256", hashes.SHA256()),
    "2.16.840.1.101.3.4.2.2": ("SHA-384", hashes.SHA384()),
    "2.16.840.1.101.3.4.2.3": ("SHA-512", hashes.SHA512()),
    "2.16.840.1.101.3.4.2.7": ("SHA3-224", hashes.SHA3_224()),
    "2.16.840.1.101.3.4.2.8": ("SHA3-256", hashes.SHA3_256()),
    "2.16.840.1.101.3.4.2.9": ("SHA3-384", hashes.SHA3_384()),
    "2.16.840.1.101.3.4.2.10": ("SHA3-512", hashes.SHA3_512()),
}
_BY_NAME = dict(_HASHES.values())
# The kind of key and the digest of each; MD2 and MD4 are too old for any library, and so without a hash.
_SIGNATURES = {
    "1.2.840.113549.1.1.2": ("RSA", "MD2"),
    "1.2.840.113549.1.1.3": ("RSA", "MD4"),
    "1.2.840.113549.1.1.4": ("RSA", "MD5"),
    "1.2.840.113549.1.1.5": ("RSA", "SHA-1"),
    "1.3.14.3.2.29": ("RSA", "SHA-1"),
    "1.2.840.113549.1.1.14": ("RSA", "SHA-224"),
    "1.2.840.113549.1.1.11": ("RSA", "SHA-256"),
    "1.2.840.113549.1.1.12": ("RSA", "SHA-384"),
    "1.2.840.113549.1.1.13": ("RSA", "SHA-512"),
    "1.2.840.10045.4.1": ("ECDSA", "SHA-1"),
    "1.2.840.10045.4.3.1": ("ECDSA", "SHA-224"),
    "1.2.840.10045.4.3.2": ("ECDSA", "SHA-256"),
    "1.2.840.10045.4.3.3": ("ECDSA", "SHA-384"),
    "1.2.840.10045.4.3.4": ("ECDSA", "SHA-512"),
    "1.2.840.10040.4.3": ("DSA", "SHA-1"),
    "2.16.840.1.101.3.4.3.1": ("DSA", "SHA-224"),
    "2.16.840.1.101.3.4.3.2": ("DSA", "SHA-256"),
    "2.16.840.1.101.3.4.3.3": ("DSA", "SHA-384"),
    "2.16.840.1.101.3.4.3.4": ("DSA", "SHA-512"),
    **{f"2.16.840.1.101.3.4.3.{9 + at}": ("ECDSA", f"SHA3-{bits}") for at, bits in enumerate((224, 256, 384, 512))},
    **{f"2.16.840.1.101.3.4.3.{13 + at}": ("RSA", f"SHA3-{bits}") for at, bits in enumerate((224, 256, 384, 512))},
    "1.3.101.112": ("Ed25519", ""),
    "1.3.101.113": ("Ed448", ""),
}
# MD2 and MD4 have 128 bits, of which half is the strength, as of every digest.
_OLD_BITS = {"MD2": 128, "MD4": 128}


@dataclass(frozen=True)
class Algorithm:
    """How something is signed: the kind of key, and the name of the digest, empty if that is part of the kind."""

    oid: str
    kind: str = ""
    digest: str = ""
    mask_digest: str = ""
    salt: int = 0
    encoded: bytes = b""

    @property
    def digest_bits(self) -> int | None:
        """The bits of the digest; None if there is none, or if it is unknown."""
        hashing = _BY_NAME.get(self.digest)
        return hashing.digest_size * 8 if hashing else _OLD_BITS.get(self.digest)

    def is_of(self, key: Key) -> bool:
        """Whether a key of that kind can sign so, as far as the algorithm is known."""
        kinds = {"": (key.kind,), "ECDSA": ("EC",), "RSA-PSS": ("RSA", "RSA-PSS")}
        return key.kind in kinds.get(self.kind, (self.kind,))

    def __str__(self) -> str:
        """In words: `ECDSA with SHA-256`."""
        if not self.kind:
            return f"unknown, {self.oid}"
        return f"{self.kind} with {self.digest}" if self.digest else self.kind


def read_algorithm(element: Element) -> Algorithm:
    """The algorithm of an AlgorithmIdentifier. Raises Asn1Error if it is none."""
    fields = Fields(element)
    kind = oid(fields.take())
    if kind == _PSS:
        return _pss(fields.optional(16), element.encoded)
    known = _SIGNATURES.get(kind, ("", ""))
    return Algorithm(kind, *known, encoded=element.encoded)


def holds(algorithm: Algorithm, signature: bytes, content: bytes, key: object) -> bool | None:
    """Whether a key made a signature; None if that cannot be checked here."""
    hashing = _BY_NAME.get(algorithm.digest)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            match key, algorithm.kind:
                case rsa.RSAPublicKey(), "RSA" if hashing:
                    key.verify(signature, content, padding.PKCS1v15(), hashing)
                case rsa.RSAPublicKey(), "RSA-PSS" if hashing and algorithm.mask_digest in _BY_NAME:
                    mask = padding.MGF1(_BY_NAME[algorithm.mask_digest])
                    key.verify(signature, content, padding.PSS(mask, algorithm.salt), hashing)
                case ec.EllipticCurvePublicKey(), "ECDSA" if hashing:
                    key.verify(signature, content, ec.ECDSA(hashing))
                case dsa.DSAPublicKey(), "DSA" if hashing:
                    key.verify(signature, content, hashing)
                case ed25519.Ed25519PublicKey(), "Ed25519":
                    key.verify(signature, content)
                case ed448.Ed448PublicKey(), "Ed448":
                    key.verify(signature, content)
                case _:
                    return False if key is not None and algorithm.kind and (hashing or not algorithm.digest) else None
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError, TypeError, OverflowError):
        return None
    return True


def _pss(parameters: Element | None, encoded: bytes) -> Algorithm:
    """RSASSA-PSS, whose digests are parameters (RFC 8017, A.2.3)."""
    digest, mask, salt = "SHA-1", "SHA-1", 20
    if parameters is not None:
        fields = Fields(parameters)
        if (found := fields.optional(0x80)) is not None:
            digest = _hash(found.within())
        if (found := fields.optional(0x81)) is not None:
            inner = Fields(found.within())
            inner.take()
            mask = _hash(inner.take())
        if (found := fields.optional(0x82)) is not None:
            salt = small(found.within())
    return Algorithm(_PSS, "RSA-PSS", digest, mask, max(salt, 0), encoded)


def _hash(element: Element) -> str:
    kind = oid(Fields(element).take())
    return _HASHES[kind][0] if kind in _HASHES else kind


def try_algorithm(element: Element) -> Algorithm:
    """The same, for an element that is not necessarily an algorithm: an unknown one then."""
    try:
        return read_algorithm(element)
    except Asn1Error:
        return Algorithm("unreadable", encoded=element.encoded)
