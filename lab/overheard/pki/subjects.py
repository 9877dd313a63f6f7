"""Whom a certificate is about: the subject as in the tutorial, and the names that clients compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Required, TypedDict

from cryptography import x509
from cryptography.x509.oid import NameOID

from overheard.pki.errors import PkiError
from overheard.role.names import Name, read_name

# The parts in the order of a name, and the most characters of each (RFC 5280, A.1).
_ATTRIBUTES = {
    "country": (NameOID.COUNTRY_NAME, 2),
    "state": (NameOID.STATE_OR_PROVINCE_NAME, 128),
    "locality": (NameOID.LOCALITY_NAME, 128),
    "org": (NameOID.ORGANIZATION_NAME, 64),
    "hostname": (NameOID.COMMON_NAME, 64),
}
_COUNTRY = re.compile("[A-Za-z]{2}")


class Subject(TypedDict, total=False):
    """Whom a certificate is about. `hostname` becomes the common name; the others may be left out."""

    country: str
    state: str
    locality: str
    org: str
    hostname: Required[str]


class NamedSubject(Subject, total=False):
    """A subject, and further names of it: DNS names and IP addresses."""

    alt_names: Iterable[str]


def distinguished_name(subject: Mapping[str, object]) -> x509.Name:
    """The subject as a name of X.501, from the country down to the common name. Raises PkiError."""
    if unknown := sorted(subject.keys() - _ATTRIBUTES):
        raise PkiError(f"{unknown[0]} is not a part of a subject", hint=f"give some of {', '.join(_ATTRIBUTES)}")
    if not subject.get("hostname"):
        raise PkiError("the subject has no hostname", hint='give one, such as hostname="localhost"')
    return x509.Name([_attribute(part, subject[part]) for part in _ATTRIBUTES if part in subject])


def _attribute(part: str, value: object) -> x509.NameAttribute[str]:
    kind, most = _ATTRIBUTES[part]
    if not (isinstance(value, str) and 0 < len(value) <= most and value.isprintable()):
        raise PkiError(f"the {part} is {value!r}", hint=f"give a text of 1 to {most} characters, or leave it out")
    if part == "country" and not _COUNTRY.fullmatch(value):
        raise PkiError(f"the country is {value!r}", hint="give its code of two letters (ISO 3166-1), such as US")
    return x509.NameAttribute(kind, value)


def read_names(names: Iterable[str], where: str) -> tuple[Name, ...]:
    """DNS names and IP addresses, each once; `where` is the argument that has them. Raises PkiError."""
    # Each letter of a text would be a name, and each number an address.
    listed = () if isinstance(names, str) else tuple(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise PkiError(f"{where} is {names!r}, not a list of texts", hint=f'for example {where}=["localhost"]')
    try:
        return tuple(dict.fromkeys(map(read_name, listed)))
    except ValueError as problem:
        raise PkiError(f"{where} has a name that cannot be certified: {problem}") from None


def alternative_names(names: Iterable[Name]) -> x509.SubjectAlternativeName:
    """The names in the form that clients compare: DNS names as such, and addresses as addresses (RFC 9525, 6)."""
    return x509.SubjectAlternativeName(
        [x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name) for name in names]
    )
