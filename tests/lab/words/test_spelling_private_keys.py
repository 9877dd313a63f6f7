"""The numbers of a private key, each written by itself."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from overheard.words.secret import Secret
from overheard.words.spelling.private_keys import private_numbers
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

_D = int.from_bytes(bytes(range(7, 71)))


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505  (it is quick, and protects nothing)


def octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def as_openssl(number: int) -> str:
    """With a zero before a high bit, 15 bytes in a line."""
    digits = [f"{byte:02x}:" for byte in number.to_bytes(number.bit_length() // 8 + 1)]
    lines = ["".join(digits[at : at + 15]) for at in range(0, len(digits), 15)]
    return "\n".join("    " + line for line in lines).rstrip(":") + "\n"


WRITTEN: dict[str, Callable[[int], str]] = {
    "openssl -text": lambda number: f"prime1:\n{as_openssl(number)}",
    "XML": lambda number: f"<P>{base64.b64encode(octets(number)).decode()}</P>",
    "JWK": lambda number: f'"p":"{base64.urlsafe_b64encode(octets(number)).decode().rstrip("=")}"',
    "BIND": lambda number: f"Prime1: {base64.b64encode(octets(number)).decode()}\n",
    "Go": lambda number: f"Primes:[+{number} +5]",
    "libgcrypt": lambda number: f"(p #{octets(number).hex().upper()}#)",
}


def search(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat) -> Search:
    pem = key.private_bytes(Encoding.PEM, form, NoEncryption())
    return Search([Secret("key", pem)], engine="re")


@cache
def rsa_search() -> Search:
    return search(rsa_key(), PrivateFormat.PKCS8)


@for_each(form=WRITTEN, which=["d", "p", "q"])
def test_a_number_of_an_rsa_key_is_found(form: str, which: str) -> None:
    number = getattr(rsa_key().private_numbers(), which)
    assert list(rsa_search().matches(WRITTEN[form](number).encode()))
    assert not list(rsa_search().matches(WRITTEN[form](number ^ 1 << 99).encode()))


@for_each(form=WRITTEN)
def test_the_modulus_is_public(form: str) -> None:
    assert not list(rsa_search().matches(WRITTEN[form](rsa_key().private_numbers().public_numbers.n).encode()))


@for_each(form=[PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_the_number_of_an_elliptic_curve_is_found(form: PrivateFormat) -> None:
    key = ec.derive_private_key(_D >> 300, ec.SECP256R1())
    looked_for = search(key, form)
    assert list(looked_for.matches(as_openssl(_D >> 300).encode()))
    numbers = key.public_key().public_numbers()
    assert not list(looked_for.matches((as_openssl(numbers.x) + as_openssl(numbers.y)).encode()))


def test_which_numbers_are_secret() -> None:
    def der(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
        return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    assert [*private_numbers(der(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))))] == [
        bytes(range(1, 32))
    ]
    numbers = rsa_key().private_numbers()
    assert [*private_numbers(der(rsa_key()))] == [octets(number) for number in (numbers.d, numbers.p, numbers.q)]
    assert not [*private_numbers(b"\x30\x82\xff\xff\x02\x01")]
    assert not [*private_numbers(b"\x30\x80" * 5000)]
    # The parameters of DSA are public.
    assert not [*private_numbers(bytes.fromhex("301b") + b"\x02\x01\0" + b"\x02\x05acorn" * 3 + b"\x02\x01\x05")]
