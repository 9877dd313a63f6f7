"""Name constraints (RFC 5280, 4.2.1.10): names that a CA may certify, and names that it may not; DNS and IP only."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from cryptography import x509

from overheard.certificates.extensions import value_of
from overheard.certificates.names import general_name, listed


def not_permitted(certificate: x509.Certificate, above: x509.Certificate) -> Iterator[str]:
    """Each name of `certificate` that the CA `above` may not certify, in words that follow the CA's name."""
    constraints = value_of(above, x509.NameConstraints)
    for name, trees in _pairs(certificate, constraints.permitted_subtrees if constraints else None):
        if trees and not any(_covers(tree, name) for tree in trees):
            yield f"may certify only {_listed(trees)}, and not {general_name(name)}"


def excluded(certificate: x509.Certificate, above: x509.Certificate) -> Iterator[str]:
    """Each name of `certificate` that is excluded for the CA `above`, in words that follow the CA's name."""
    constraints = value_of(above, x509.NameConstraints)
    for name, trees in _pairs(certificate, constraints.excluded_subtrees if constraints else None):
        if any(_covers(tree, name) for tree in trees):
            yield f"may never certify {_listed(trees)}, and so not {general_name(name)}"


def _pairs(
    certificate: x509.Certificate, trees: list[x509.GeneralName] | None
) -> Iterator[tuple[x509.GeneralName, list[x509.GeneralName]]]:
    """Each name with the constraints that apply to it: those of its own kind."""
    for name in value_of(certificate, x509.SubjectAlternativeName) or ():
        if isinstance(name, x509.DNSName | x509.IPAddress):
            yield name, [tree for tree in trees or [] if isinstance(tree, type(name))]


def _covers(tree: x509.GeneralName, name: x509.GeneralName) -> bool:
    if isinstance(tree.value, IPv4Network | IPv6Network):
        return name.value in tree.value
    return _below(str(name.value).lower(), str(tree.value).lower())


def _below(name: str, tree: str) -> bool:
    """Whether a name is in the subtree; for a subtree with a leading dot, OpenSSL accepts only names below it."""
    return not tree or name == tree or name.endswith(tree if tree.startswith(".") else f".{tree}")


def _listed(names: list[x509.GeneralName]) -> str:
    return listed([general_name(name) for name in names])
