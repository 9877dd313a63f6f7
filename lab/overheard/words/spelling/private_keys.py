"""The numbers of a private key: programs write each by itself, such as OpenSSL as text, .NET in XML, BIND and JWK."""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
# Fields of an RSAPrivateKey (RFC 8017, A.1.2); the private exponent and the primes are secret, and the others public.
_OF_RSA, _SECRET = 9, slice(3, 6)
# The length of the secret of an elliptic curve, in bytes.
_OF_CURVE = range(16, 80)
# How deep they are.
_DEEPEST = 6

_Item = tuple[int, bytes]


def private_numbers(der: bytes, depth: int = _DEEPEST) -> Iterator[bytes]:
    """The secret numbers of a key in DER (PKCS #1, PKCS #8, RFC 5915), without leading zeros; of others, nothing."""
    if not depth:
        return
    items = _items(der) or []
    integers = [value.lstrip(b"\0") for tag, value in items if tag == _INTEGER]
    if len(integers) >= _OF_RSA and len(integers) == len(items):
        yield from (number for number in integers[_SECRET] if len(number) >= _OF_CURVE.start)
        return
    for tag, value in items:
        if tag == _OCTETS and (inner := _items(value)) and inner[0][0] in (_SEQUENCE, _OCTETS):
            yield from private_numbers(value, depth - 1)
        elif tag == _OCTETS and len(number := value.lstrip(b"\0")) in _OF_CURVE:
            yield number
        elif tag == _SEQUENCE:
            yield from private_numbers(value, depth - 1)


def _items(data: bytes) -> list[_Item] | None:
    """The elements that the bytes are, to the last one; None if they are something else."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            return None
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            more = length & 0x7F
            length = int.from_bytes(data[at : at + more])
            at += more
        if at + length > len(data):
            return None
        found.append((tag, data[at : at + length]))
        at += length
    return found
