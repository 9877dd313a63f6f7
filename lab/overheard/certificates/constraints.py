"""Name constraints (RFC 5280, 4.2.1.10): names that a CA may certify, and names that it may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import NAME_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.extensions.values import NameConstraints, Subtree
from overheard.certificates.general_names import GeneralName, Kind, in_words
from overheard.certificates.names import EMAIL_ADDRESS


def comparisons(certificate: Certificate, above: Certificate) -> int:
    """How many names of `certificate` would have to be compared with constraints of `above`, one by one."""
    constraints: NameConstraints | None = above.extensions.value(NAME_CONSTRAINTS)
    if constraints is None:
        return 0
    return len(_names(certificate)) * (len(constraints.permitted) + len(constraints.excluded))


def not_permitted(certificate: Certificate, above: Certificate) -> Iterator[str]:
    """Each name of `certificate` that the CA `above` may not certify, in words that follow the CA's name."""
    for name, trees in _pairs(certificate, above, lambda constraints: constraints.permitted):
        if trees and not any(_covers(tree.base, name) for tree in trees):
            yield f"may certify only {_words(trees)}, and not {name}"


def excluded(certificate: Certificate, above: Certificate) -> Iterator[str]:
    """Each name of `certificate` that is excluded for the CA `above`, in words that follow the CA's name."""
    for name, trees in _pairs(certificate, above, lambda constraints: constraints.excluded):
        if any(_covers(tree.base, name) for tree in trees):
            yield f"may never certify {_words(trees)}, and so not {name}"


def unusable(certificate: Certificate, above: Certificate) -> Iterator[str]:
    """Each constraint that applies and has limits that nobody supports, in words that follow the CA's name."""
    kinds = {name.kind for name in _names(certificate)}
    constraints: NameConstraints | None = above.extensions.value(NAME_CONSTRAINTS)
    for tree in (*constraints.permitted, *constraints.excluded) if constraints else ():
        if tree.odd and tree.base.kind in kinds:
            yield f"has a constraint with a minimum or maximum: {tree.base}"


def _pairs(
    certificate: Certificate, above: Certificate, which: Callable[[NameConstraints], tuple[Subtree, ...]]
) -> Iterator[tuple[GeneralName, list[Subtree]]]:
    """Each name with the constraints that apply to it: those of its own kind."""
    constraints: NameConstraints | None = above.extensions.value(NAME_CONSTRAINTS)
    trees = which(constraints) if constraints else ()
    for name in _names(certificate) if trees else ():
        yield name, [tree for tree in trees if tree.base.kind is name.kind]


def _names(certificate: Certificate) -> list[GeneralName]:
    """All names: the subject, its email addresses, and the subjectAltName."""
    subject = certificate.subject
    names = [GeneralName(Kind.DIRECTORY, str(subject), name=subject)] if subject.key else []
    names += [GeneralName(Kind.EMAIL, value) for value in subject.values(EMAIL_ADDRESS)]
    return [*names, *(certificate.extensions.value(SUBJECT_ALTERNATIVE_NAME) or ())]


def _covers(tree: GeneralName, name: GeneralName) -> bool:
    match tree.kind:
        case Kind.DNS:
            return _below(name.text.lower(), tree.text.lower())
        case Kind.IP:
            return _address_within(tree.octets, name.octets)
        case Kind.EMAIL:
            return _mail_within(tree.text, name.text)
        case Kind.URI:
            return _host_within(tree.text.lower(), _host(name.text))
        case Kind.DIRECTORY if tree.name and name.name:
            return name.name.key[: len(tree.name.key)] == tree.name.key
    return False


def _below(name: str, tree: str) -> bool:
    """Whether a name is in the subtree; for a subtree with a leading dot, OpenSSL accepts only names below it."""
    return not tree or name == tree or name.endswith(tree if tree.startswith(".") else f".{tree}")


def _address_within(tree: bytes, address: bytes) -> bool:
    if len(tree) != 2 * len(address) or not address:
        return False
    network, mask = tree[: len(address)], tree[len(address) :]
    return all(one & bits == other & bits for one, other, bits in zip(address, network, mask, strict=True))


def _mail_within(tree: str, mail: str) -> bool:
    """A tree is one mailbox, all of a host, or with a leading dot all of a domain (RFC 5280, 4.2.1.10)."""
    mailbox, _, host = mail.rpartition("@")
    if "@" in tree:
        wanted, _, domain = tree.rpartition("@")
        return (not wanted or wanted == mailbox) and domain.lower() == host.lower()
    return _host_within(tree.lower(), host.lower())


def _host_within(tree: str, host: str) -> bool:
    return host.endswith(tree) and host != tree if tree.startswith(".") else host == tree or not tree


def _host(uri: str) -> str:
    """The host of a URI; empty if there is none, or it cannot be read."""
    try:
        return (urlsplit(uri).hostname or "").lower()
    except ValueError:
        return ""


def _words(trees: list[Subtree]) -> str:
    return in_words(tuple(tree.base for tree in trees))
