"""Private keys in words: their kind and size, how they are encrypted, and the public key. Nothing private is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from overheard.certificates.asn1 import write
from overheard.certificates.asn1.element import BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE, Asn1Error, Element, parse
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.values import bits, integer, octets, oid, small
from overheard.certificates.keys import Key, key_of, read_key, size

RSA, EC, DSA = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.840.10040.4.1"
_PBES2 = "1.2.840.113549.1.5.13"
# Bits of the smallest modulus that anybody used.
_LEAST_MODULUS = 512
_SCHEMES = {
    _PBES2: "PBES2",
    "1.2.840.113549.1.5.12": "PBKDF2",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
    "1.2.840.113549.1.5.3": "PBES1 with MD5 and DES",
    "1.2.840.113549.1.12.1.3": "PKCS #12 with SHA-1 and 3DES",
    "1.2.840.113549.1.12.1.6": "PKCS #12 with SHA-1 and 40-bit RC2",
    "2.16.840.1.101.3.4.1.2": "AES-128-CBC",
    "2.16.840.1.101.3.4.1.22": "AES-192-CBC",
    "2.16.840.1.101.3.4.1.42": "AES-256-CBC",
    "1.2.840.113549.3.7": "3DES-CBC",
}
# Kinds whose public key follows from the private one by one multiplication; their private key is two strings deep.
_CURVES: dict[str, Callable[[bytes], object]] = {
    "1.3.101.110": lambda data: x25519.X25519PrivateKey.from_private_bytes(data).public_key(),
    "1.3.101.111": lambda data: x448.X448PrivateKey.from_private_bytes(data).public_key(),
    "1.3.101.112": lambda data: ed25519.Ed25519PrivateKey.from_private_bytes(data).public_key(),
    "1.3.101.113": lambda data: ed448.Ed448PrivateKey.from_private_bytes(data).public_key(),
}


@dataclass(frozen=True)
class PrivateKey:
    """What may be said of a private key: its public key (whose bytes are empty if they are not known).

    `encrypted` is how it is encrypted; then nothing else is known.
    """

    key: Key | None
    encrypted: str = ""


def read_pkcs8(element: Element) -> PrivateKey:
    """A key with its algorithm (RFC 5958). Raises Asn1Error if it is none."""
    fields = Fields(element)
    fields.take(INTEGER)
    algorithm = Fields(fields.take(SEQUENCE))
    value = octets(fields.take(OCTET_STRING))
    kind, parameters = oid(algorithm.take()), algorithm.left
    if kind == RSA:
        return read_rsa(parse(value))
    if kind == EC:
        return read_ec(parse(value), parameters)
    if kind in _CURVES:
        return PrivateKey(_public(kind, octets(parse(value))))
    return PrivateKey(key_of(kind, parameters, None))


def read_rsa(element: Element) -> PrivateKey:
    """An RSA key (RFC 8017, A.1.2), of which only modulus and exponent are read."""
    fields = Fields(element)
    fields.take(INTEGER)
    modulus, exponent = fields.take(INTEGER), fields.take(INTEGER)
    return PrivateKey(
        Key(
            "RSA",
            size(modulus),
            encoded=_wrapped(RSA, _NULL, write.element(0x30, modulus.encoded, exponent.encoded)),
        )
    )


def read_ec(element: Element, parameters: Element | None = None) -> PrivateKey:
    """An EC key (RFC 5915), of which only curve and public key are read."""
    fields = Fields(element)
    fields.take(INTEGER)
    fields.take(OCTET_STRING)
    own, public = fields.optional(0x80), fields.optional(0x81)
    curve = own.within() if own else parameters
    key = key_of(EC, curve, None)
    if public is None or curve is None:
        return PrivateKey(key)
    encoded = _wrapped(EC, curve.encoded, bits(public.within()))
    return PrivateKey(Key(key.kind, key.bits, key.curve, key.explicit, encoded=encoded))


def read_dsa(element: Element) -> PrivateKey:
    """A DSA key as OpenSSL writes it, of which only the size is read."""
    fields = Fields(element)
    fields.take(INTEGER)
    return PrivateKey(Key("DSA", size(fields.take(INTEGER))))


def read_encrypted(element: Element) -> PrivateKey:
    """An encrypted key (RFC 5958, 3)."""
    fields = Fields(element)
    algorithm = encryption(fields.take(SEQUENCE))
    fields.take(OCTET_STRING)
    return PrivateKey(None, algorithm)


def encryption(element: Element) -> str:
    """How something is encrypted with a password, in words (RFC 8018)."""
    fields = Fields(element)
    kind, parameters = oid(fields.take()), fields.left
    if kind != _PBES2 or parameters is None:
        return _scheme(kind) + _iterations(parameters)
    inner = Fields(parameters)
    derivation, cipher = Fields(inner.take(SEQUENCE)), Fields(inner.take(SEQUENCE))
    return f"{_scheme(oid(cipher.take()))}, {_scheme(oid(derivation.take()))}{_iterations(derivation.left)}"


def _iterations(parameters: Element | None) -> str:
    """How often the password is hashed: the number after the salt."""
    if parameters is None or parameters.tag != SEQUENCE:
        return ""
    numbers = [one for one in parameters.parts() if one.tag == INTEGER]
    return f" with {small(numbers[0]):,} iterations" if numbers else ""


def _scheme(kind: str) -> str:
    return _SCHEMES.get(kind, kind)


def _public(kind: str, private: bytes) -> Key:
    """The public key of such a key; its kind alone if it has another length, or the library does not know it."""
    try:
        public = _CURVES[kind](private)
    except (ValueError, UnsupportedAlgorithm):
        return key_of(kind, None, None)
    return read_key(parse(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))  # type: ignore[attr-defined]


_NULL = b"\x05\0"


def _wrapped(kind: str, parameters: bytes, value: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a key."""
    identifier = {RSA: "2a864886f70d010101", EC: "2a8648ce3d0201"}[kind]
    algorithm = write.element(0x30, write.element(0x06, bytes.fromhex(identifier)), parameters)
    return write.element(0x30, algorithm, write.element(BIT_STRING, b"\0", value))


def is_pkcs8(element: Element) -> bool:
    """Whether an element is a key with its algorithm: a version, an algorithm, a string."""
    return _begins(element, INTEGER, SEQUENCE, OCTET_STRING)


def is_encrypted(element: Element) -> bool:
    """Whether an element is an encrypted key: an algorithm and a string, and nothing else."""
    return _begins(element, SEQUENCE, OCTET_STRING) and len(list(islice(element.parts(), 3))) == 2


def is_rsa(element: Element) -> bool:
    """Whether an element is an RSA key: nine numbers."""
    return _begins(element, *[INTEGER] * 9)


def is_rsa_public(element: Element) -> bool:
    """Whether an element is an RSA public key without its algorithm: two numbers of the sizes that these have.

    So it is neither the prime and the generator of DH, nor a signature by ECDSA.
    """
    try:
        fields = Fields(element)
        modulus, exponent = integer(fields.take()), integer(fields.take())
        fields.end()
    except Asn1Error:
        return False
    # FIPS 186-5, A.1.1, has the sizes; 3 is older, and common.
    return modulus.bit_length() >= _LEAST_MODULUS and 3 <= exponent < 1 << 256 and exponent % 2 == 1


def read_rsa_public(element: Element) -> Key:
    """An RSA public key (RFC 8017, A.1.1)."""
    fields = Fields(element)
    modulus, exponent = fields.take(INTEGER), fields.take(INTEGER)
    return Key(
        "RSA", size(modulus), encoded=_wrapped(RSA, _NULL, write.element(0x30, modulus.encoded, exponent.encoded))
    )


def is_ec(element: Element) -> bool:
    """Whether an element is an EC key: a version, a string, and then what is optional."""
    return _begins(element, INTEGER, OCTET_STRING)


def _begins(element: Element, *tags: int) -> bool:
    try:
        fields = Fields(element)
        for tag in tags:
            fields.take(tag)
    except Asn1Error:
        return False
    return True
