"""What an issuing certificate may certify, as its name constraints (RFC 5280, 4.2.1.10)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import TypeVar

from cryptography import x509

from overheard.role.names import Name
from overheard_ca import refusals
from overheard_ca.permitted import Network, Permitted

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def constraints(permitted: Permitted) -> x509.NameConstraints:
    """The extension. Of a kind of name of which nothing is permitted, everything is excluded."""
    limits = [*map(_subtree, permitted.domains), *map(_subtree, permitted.networks)]
    versions = {network.version for network in permitted.networks}
    none_of = [
        _subtree(ip_network(every)) for version, every in ((4, "0.0.0.0/0"), (6, "::/0")) if version not in versions
    ]
    if not permitted.domains:
        none_of.append(x509.DNSName(""))
    return x509.NameConstraints(limits or None, none_of or None)


def value_of(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """The extension of that kind of a certificate, None if it has none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def permitted_by(issuing: x509.Certificate) -> Permitted | None:
    """What an issuing certificate may certify; None if that is anything.

    As `constraints` makes them, what is not permitted is excluded, so only what is permitted counts.
    """
    found = value_of(issuing, x509.NameConstraints)
    return Permitted.of(limit.value for limit in found.permitted_subtrees or ()) if found else None


def check_within(permitted: Permitted | None, names: Iterable[Name]) -> None:
    """Raise RefusedError for the first name that no client would accept from an issuer with these limits."""
    if permitted is None:
        return
    for name in names:
        if not permitted.has(name):
            raise refusals.NAME_NOT_PERMITTED.error(name=str(name))


def _subtree(limit: str | Network) -> x509.GeneralName:
    return x509.DNSName(limit) if isinstance(limit, str) else x509.IPAddress(limit)
