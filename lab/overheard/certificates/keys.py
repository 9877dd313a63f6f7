"""Public keys (RFC 5280, 4.1.2.7) in words, whether they are too weak, and whether clients use them in TLS."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from overheard.certificates.asn1.der import reencoded
from overheard.certificates.asn1.element import OID, SEQUENCE, Asn1Error, Element, parse
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.values import bits, integer, oid

# OpenSSL's security level 2 requires 112 bits of security (SSL_CTX_set_security_level(3)). It rounds: the smallest RSA
# key that it accepts has fewer than 2048 bits.
_LEAST_RSA = 1963
_LEAST_EC = 224
# OpenSSL verifies with no longer modulus (RSA), which bounds time as well.
_LONGEST = 16384

_RSA, _PSS, _EC, _DSA = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1", "1.2.840.10040.4.1"
# Kinds of keys of a fixed size, and whether a signature in a handshake can be made with them.
_FIXED = {
    "1.3.101.110": ("X25519", False),
    "1.3.101.111": ("X448", False),
    "1.3.101.112": ("Ed25519", True),
    "1.3.101.113": ("Ed448", True),
    "1.2.840.113549.1.3.1": ("DH", False),
    "1.2.840.10046.2.1": ("DH", False),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", False),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", False),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", False),
}
# Curves by their common names with their bits; the first three are those of TLS 1.3 (RFC 8446, 4.2.3).
_CURVES = {
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.132.0.8": ("secp160r1", 160),
    "1.3.132.0.31": ("secp192k1", 192),
    "1.3.132.0.32": ("secp224k1", 224),
    "1.3.132.0.16": ("sect283k1", 281),
    "1.3.132.0.17": ("sect283r1", 282),
    "1.3.132.0.1": ("sect163k1", 163),
    "1.3.132.0.15": ("sect163r2", 163),
    "1.3.132.0.26": ("sect233k1", 232),
    "1.3.132.0.27": ("sect233r1", 233),
    "1.3.132.0.36": ("sect409k1", 407),
    "1.3.132.0.37": ("sect409r1", 409),
    "1.3.132.0.38": ("sect571k1", 570),
    "1.3.132.0.39": ("sect571r1", 570),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
    "1.2.156.10197.1.301": ("SM2", 256),
}
_IN_TLS = frozenset({"P-256", "P-384", "P-521"})


@dataclass(frozen=True)
class Key:
    """A public key: its kind and size in bits (0 if unknown), its curve, and all of it in DER.

    `explicit` is whether the curve is written out instead of named (RFC 5480, 2.1.1); `problem` why it cannot be read.
    """

    kind: str
    bits: int = 0
    curve: str = ""
    explicit: bool = False
    problem: str = ""
    encoded: bytes = b""

    @property
    def weak(self) -> bool:
        """Whether OpenSSL rejects the key at security level 2."""
        if self.kind == "EC":
            return 0 < self.bits < _LEAST_EC
        return self.kind in {"RSA", "RSA-PSS", "DSA"} and 0 < self.bits < _LEAST_RSA

    @property
    def unreadable(self) -> str:
        """Why nobody can read it; empty if that is not known."""
        if self.encoded and not self.problem and self.kind == "EC" and self.curve in _IN_TLS and self.public is None:
            return f"it is no point on the curve {self.curve}"
        return self.problem

    @property
    def useless(self) -> str:
        """Why no client takes it in a handshake with its defaults, in words that follow `the key`; empty if some do."""
        if self.kind == "EC" and not self.explicit and self.curve not in _IN_TLS:
            return f"is of the curve {self.curve}, which is none of {', '.join(sorted(_IN_TLS))}"
        if self.kind in _SIGNING or self.kind == "EC":
            return ""
        return f"is {self}, which TLS signs no handshake with"

    @cached_property
    def public(self) -> object | None:
        """The key for checking signatures; None if the library has no such keys."""
        return _loaded(self.encoded) if self.bits <= _LONGEST else None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key, by which a private key is compared with a certificate."""
        return sha256(self.encoded).hexdigest()

    def __str__(self) -> str:
        """The kind of key and its size: `EC P-256`, `RSA 2048`."""
        if why := self.unreadable:
            return f"{self.kind}, which cannot be read: {why}"
        if self.kind == "EC":
            return f"EC {self.curve}" + ", a curve written out instead of named" * self.explicit
        return f"{self.kind} {self.bits}" if self.bits else self.kind


_SIGNING = frozenset({"RSA", "RSA-PSS", *(kind for kind, signs in _FIXED.values() if signs)})


def read_key(element: Element) -> Key:
    """The key of a SubjectPublicKeyInfo. Raises Asn1Error if it is none; what is within is told in `problem`."""
    fields = Fields(element)
    algorithm = Fields(fields.take(SEQUENCE))
    value = fields.take()
    kind, parameters = oid(algorithm.take()), algorithm.left
    try:
        key = key_of(kind, parameters, bits(value))
    except Asn1Error as problem:
        key = Key(_named(kind), problem=str(problem))
    return Key(key.kind, key.bits, key.curve, key.explicit, key.problem, element.encoded)


def key_of(kind: str, parameters: Element | None, value: bytes | None) -> Key:
    """A key by the OID of its algorithm, its parameters, and the octets of its value; its kind alone without these."""
    match kind:
        case "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10":
            return Key(_named(kind), size(Fields(parse(value)).take()) if value is not None else 0)
        case "1.2.840.10045.2.1":
            return _elliptic(parameters)
        case "1.2.840.10040.4.1":
            has_prime = parameters is not None and parameters.tag == SEQUENCE
            return Key("DSA", size(Fields(parameters).take()) if parameters and has_prime else 0)
    return Key(_named(kind))


def size(element: Element) -> int:
    """How many bits a modulus or a prime has."""
    number = integer(element)
    if number <= 0:
        raise Asn1Error("its modulus is not positive")
    return number.bit_length()


def _named(kind: str) -> str:
    if kind in _FIXED:
        return _FIXED[kind][0]
    return {_RSA: "RSA", _PSS: "RSA-PSS", _EC: "EC", _DSA: "DSA"}.get(kind) or f"of an unknown kind, {kind}"


def _elliptic(parameters: Element | None) -> Key:
    if parameters is None:
        raise Asn1Error("it does not say its curve")
    if parameters.tag == OID:
        curve, bits_of_curve = _CURVES.get(oid(parameters), (oid(parameters), 0))
        return Key("EC", bits_of_curve, curve)
    # The parameters of a curve: version, field, coefficients, generator, order (RFC 3279, 2.3.5).
    fields = Fields(parameters)
    for _ in range(4):
        fields.take()
    order = size(fields.take())
    return Key("EC", order, f"of {order} bits", explicit=True)


@lru_cache(256)
def _loaded(encoded: bytes) -> object | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_der_public_key(reencoded(parse(encoded)))
    except (Asn1Error, ValueError, UnsupportedAlgorithm, TypeError, OverflowError):
        return None
