"""RSA public keys that protect nothing, whatever their size (NIST SP 800-89, 5.3.3; CA/Browser Forum BR, 6.1.6)."""

from __future__ import annotations

from math import gcd, prod

from cryptography.hazmat.primitives.asymmetric import rsa

_LEAST_EXPONENT, _MOST_EXPONENT = (1 << 16) + 1, (1 << 256) - 1
# Faulty and backdoored generators have produced moduli with factors far below this.
_SMALL = 10_000
_SMALL_PRIMES = prod(n for n in range(2, _SMALL) if all(n % divisor for divisor in range(2, int(n**0.5) + 1)))


def weakness(key: rsa.RSAPublicKey) -> str:
    """What is wrong with a key, as far as it can be seen at once; empty if nothing is."""
    numbers = key.public_numbers()
    if numbers.e < _LEAST_EXPONENT:
        return f"with the public exponent {numbers.e}"
    if numbers.e > _MOST_EXPONENT:
        return "with a public exponent of more than 256 bits"
    if not numbers.n % 2:
        return "with an even modulus"
    if gcd(numbers.n, _SMALL_PRIMES) > 1:
        return "with a modulus that has a small factor"
    return ""


def has_prime_modulus(key: rsa.RSAPublicKey) -> bool:
    """Whether anybody could compute the private key, because the modulus has only itself as a factor.

    Fermat's test: no modulus that was generated as it should be passes it by chance. Takes 20 ms for 2,048 bits, and
    1 s for 8,192, in which Python does nothing else.
    """
    modulus = key.public_numbers().n
    return pow(2, modulus - 1, modulus) == 1
