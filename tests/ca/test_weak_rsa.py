"""RSA public keys that protect nothing, and their look-alikes."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from ca.csrs import rsa_csr
from overheard_ca.weak_rsa import has_prime_modulus, weakness

PRIME, ANOTHER = (1 << 1279) - 1, (1 << 2203) - 1
GOOD = rsa.generate_private_key(65537, 2048).public_key()
MODULUS = GOOD.public_numbers().n


def key(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    """As the CA reads it from a request; a library that makes keys would refuse some of them."""
    read = x509.load_pem_x509_csr(rsa_csr(modulus, exponent)).public_key()
    assert isinstance(read, rsa.RSAPublicKey)
    return read


def test_a_generated_key_has_no_weakness() -> None:
    assert weakness(GOOD) == ""
    assert not has_prime_modulus(GOOD)


@pytest.mark.parametrize("exponent", [3, 17, 257, 65535])
def test_a_small_exponent_is_a_weakness(exponent: int) -> None:
    assert weakness(key(MODULUS, exponent)) == f"with the public exponent {exponent}"


@pytest.mark.parametrize("exponent", [65537, 65539, (1 << 255) + 1])
def test_any_other_exponent_is_none(exponent: int) -> None:
    assert weakness(key(MODULUS, exponent)) == ""


def test_an_exponent_that_makes_every_verification_slow_is_a_weakness() -> None:
    assert weakness(key(MODULUS, (1 << 2000) + 1)) == "with a public exponent of more than 256 bits"


@pytest.mark.parametrize("factor", [3, 751, 9973, 97 * 97])
def test_a_small_factor_is_a_weakness(factor: int) -> None:
    assert weakness(key(ANOTHER * factor, 65537)) == "with a modulus that has a small factor"


def test_an_even_modulus_is_a_weakness() -> None:
    assert weakness(key(ANOTHER * 2, 65537)) == "with an even modulus"


@pytest.mark.parametrize(("modulus", "prime"), [(PRIME, True), (ANOTHER, True), (PRIME * ANOTHER, False)])
def test_a_prime_modulus_is_recognised(modulus: int, *, prime: bool) -> None:
    assert has_prime_modulus(key(modulus, 65537)) == prime
    assert weakness(key(modulus, 65537)) == ""
