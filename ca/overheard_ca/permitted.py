"""What the CA may certify at all: a limit in its issuing certificate, which clients hold it to (RFC 5280, 4.2.1.10).

Whoever steals the issuing key, or the CA itself by mistake, can certify nothing outside of it. Imports only the
standard library, as the settings do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TypeAlias

from overheard.role.names import Name, read_name

Network: TypeAlias = IPv4Network | IPv6Network

# Domains that nobody can have: RFC 6761, RFC 6762 (local), RFC 8375 (home.arpa), and ICANN (internal).
RESERVED = ("example", "home.arpa", "internal", "invalid", "local", "localhost", "test")
# Networks that nobody can have: loopback, link-local, private, shared, and for documentation (RFC 6890).
PRIVATE = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
            *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "::1/128", "2001:db8::/32", "fc00::/7", "fe80::/10"),
        ),
    )
)


@dataclass(frozen=True)
class Permitted:
    """DNS names, each with all names below it, and networks. In order, and none is within another."""

    domains: tuple[str, ...]
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, limits: Iterable[str | Network]) -> Permitted:
        """What is within any of the `limits`."""
        given = set(limits)
        domains = sorted(limit for limit in given if isinstance(limit, str))
        outermost = [domain for domain in domains if not any(below(domain, other) for other in domains)]
        four = collapse_addresses(limit for limit in given if isinstance(limit, IPv4Network))
        six = collapse_addresses(limit for limit in given if isinstance(limit, IPv6Network))
        return cls(tuple(outermost), (*four, *six))

    @cached_property
    def _suffixes(self) -> tuple[str, ...]:
        return tuple(f".{domain}" for domain in self.domains)

    def has(self, name: Name) -> bool:
        """Whether a certificate for a name, which may be a wildcard, is within any of them, as clients see it."""
        if isinstance(name, str):
            # A wildcard stands for names below what follows it.
            plain = name.removeprefix("*.")
            return plain in self.domains or plain.endswith(self._suffixes)
        return any(name.version == network.version and name in network for network in self.networks)


def by_default(names: Iterable[Name]) -> list[str | Network]:
    """The limits of a CA that was told none: what nobody can have in the Internet, and those `names` without a dot.

    A limit of one label includes all names below it, as a suffix cannot be the name alone.
    """
    single = (name for name in names if isinstance(name, str) and "." not in name)
    return [*RESERVED, *PRIVATE, *single]


def exactly(name: Name) -> str | Network:
    """The narrowest limit for a name."""
    return name if isinstance(name, str) else ip_network(name)


def read_limit(text: str) -> str | Network:
    """The limit that `text` is: a domain, an address or a network. Raises ValueError."""
    if "/" in text:
        return ip_network(text)
    return exactly(read_name(text))


def below(name: str, domain: str) -> bool:
    """Whether a name is a real part of a domain."""
    return name.endswith(f".{domain}")
