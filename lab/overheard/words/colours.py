"""How two parties agree on a key in public, explained with paint and computed with small numbers.

A colour is a number below a prime. Mixing a secret paint into it means raising it to the power of the secret, modulo
the prime (RFC 2631, 2.1.1). Mixing is easy. Nobody knows a quick way to separate the paints again.
"""

from __future__ import annotations

from overheard.words.chapter import paragraphs

PRIME = 23
COMMON = 5
CLIENT, SERVER = 9, 14

# Five of the 256 bits of an X25519 private key are fixed (RFC 7748, 5).
_FREE_BITS = 251
# Roughly the cost of the best known method, Pollard's rho: the square root of the group's order.
_WORK_BITS = 126


def mixed(colour: int, secret: int, prime: int = PRIME) -> int:
    """`colour` with the paint `secret` mixed in."""
    return pow(colour, secret, prime)


def unmixed(common: int, mixture: int, prime: int = PRIME) -> int:
    """The secret paint in `mixture`, found by trying them in order: the discrete logarithm.

    Raises ValueError if no paint turns `common` into that mixture.
    """
    for secret in range(1, prime):
        if mixed(common, secret, prime) == mixture:
            return secret
    raise ValueError(f"no power of {common} is {mixture} modulo {prime}")


def steps(client: int = CLIENT, server: int = SERVER, common: int = COMMON, prime: int = PRIME) -> tuple[str, ...]:
    """The key agreement step by step, and what it would take the spy to undo it, one paragraph each."""
    from_client, from_server = mixed(common, client, prime), mixed(common, server, prime)
    return paragraphs(f"""
        Think of paint. Both agree on a common colour, which the spy may know. Here it is {common}, and all sums are
        done modulo {prime}: only the remainder of a division by {prime} is kept.

        Each picks a secret paint and shows it to nobody: the client {client}, the server {server}.

        The client mixes hers into the common colour and sends the mixture:
        {common}^{client} mod {prime} = {from_client}.

        The server does the same with its own: {common}^{server} mod {prime} = {from_server}. The spy has now seen
        {from_client} and {from_server}.

        The client mixes her secret paint into what she got:
        {from_server}^{client} mod {prime} = {mixed(from_server, client, prime)}.

        The server mixes its secret paint into what it got:
        {from_client}^{server} mod {prime} = {mixed(from_client, server, prime)}. Both have the same colour: {common}
        with both secrets in it, because the order in which paints are mixed does not matter.

        To get there, the spy must take a mixture apart: which power of {common} is {from_client}? It tries 1, 2, 3 and
        so on, and finds it at try {unmixed(common, from_client, prime)}, of at most {prime - 1}. This is called the
        discrete logarithm.

        X25519 uses points of a curve instead of powers, and has 2^{_FREE_BITS} private keys, about
        {rounded(2**_FREE_BITS)}. The best known method is faster than trying them all, but still takes about
        2^{_WORK_BITS} steps, or {rounded(2**_WORK_BITS)}.
    """)


def rounded(number: int) -> str:
    """A large number as one digit and a power of ten."""
    digit, _, power = f"{number:.0e}".partition("e+")
    return f"{digit} · 10^{int(power)}"
