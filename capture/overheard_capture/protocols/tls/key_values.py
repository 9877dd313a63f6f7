"""Keys, signatures and hashes in handshakes and certificates: each is as long as its algorithm makes it."""

from __future__ import annotations

from overheard_capture.packets.usual_text import is_written
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.elements import element_of, elements
from overheard_capture.protocols.tls.ordinary import says_something

_INTEGER, _SEQUENCE = 2, 0x30
# RSA and Diffie-Hellman with 512 to 8192 bits, and by how much a public value may be shorter, once in 2^8 per byte.
_MODULI, _SHORTER = range(64, 1025), 3
# Points of elliptic curves, with and without their second number; X25519 and Ed25519, X448 and Ed448; ML-DSA.
_POINTS = {33, 49, 65, 67, 97, 129, 133}
_KEYS = _POINTS | {32, 56, 57, 64, 128, 1312, 1952, 2592}
# EdDSA, GOST and ML-DSA; of RSA whole words; of DSA and ECDSA two numbers, with up to 521 bits.
_SIGNATURES = {64, 114, 128, 2420, 3309, 4627, *range(64, 1025, 8)}
_LONGEST_EXPONENT = 4
_LONGEST_NUMBER, _SHORTEST_NUMBER = 67, 16
# Method 2 of RFC 5280 (4.2.1.2), MD5, SHA-1 and SHA-2.
_HASHES = {8, 16, 20, 28, 32, 48, 64}


def is_random(value: bytes) -> bool:
    """Whether this may be random: nothing in it is text."""
    return not (says_something(value) or is_written(value))


def is_public_key(value: bytes) -> bool:
    """Whether this may be a key without a structure."""
    return len(value) in _KEYS and is_random(value)


def is_structured_key(value: bytes) -> bool:
    """Whether this is a modulus and an exponent of RSA (RFC 8017, A.1.1), or a number of DSA (RFC 3279, 2.3.2)."""
    try:
        element = element_of(value)
        numbers = elements(element.content) if element.tag == _SEQUENCE else [element]
    except TruncatedError:
        return False
    (tag, modulus), *others = numbers or [element]
    is_modulus = tag == _INTEGER and is_long_number(modulus.removeprefix(b"\0"))
    exponent = others[0] if others else None
    is_exponent = exponent is None or (exponent.tag == _INTEGER and len(exponent.content) <= _LONGEST_EXPONENT)
    return is_modulus and is_exponent and len(others) <= 1


def is_hash(value: bytes) -> bool:
    """Whether this may be a hash, or the identifier of a key."""
    return len(value) in _HASHES and is_random(value)


def is_long_number(value: bytes) -> bool:
    """Whether this may be a public value of Diffie-Hellman, or what is encrypted with RSA."""
    return any(len(value) + each in _MODULI and (len(value) + each) % 8 == 0 for each in range(_SHORTER)) and is_random(
        value
    )


def is_signature(value: bytes) -> bool:
    """Whether this may be a signature: two numbers in a structure, or random bytes."""
    if len(value) in _SIGNATURES:
        return is_random(value)
    try:
        outer = element_of(value)
        numbers = elements(outer.content)
    except TruncatedError:
        return False
    are_two = outer.tag == _SEQUENCE and len(numbers) == 2
    return are_two and all(
        tag == _INTEGER and _SHORTEST_NUMBER <= len(number) <= _LONGEST_NUMBER and is_random(number)
        for tag, number in numbers
    )
