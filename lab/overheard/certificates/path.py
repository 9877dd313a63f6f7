"""Certification paths: who certified whom, from a server's certificate up to a trusted one (RFC 5280, 6).

The path is the one that OpenSSL takes. An issuer is chosen by its name and by what the key identifiers say; whether its
key made the signature is checked on the finished path.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import (
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    NETSCAPE_TYPE,
    SUBJECT_KEY,
)
from overheard.certificates.extensions.values import KEY_CERT_SIGN, AuthorityKey
from overheard.certificates.general_names import Kind

# urllib3 sets X509_V_FLAG_PARTIAL_CHAIN where Python does so by default: from 3.13 on.
_AN_INTERMEDIATE_MAY_BE_TRUSTED = sys.version_info >= (3, 13)
# As many as OpenSSL allows by default (X509_VERIFY_MAX_CHAIN_CERTS is 100).
_LONGEST = 100
# Certificates of one name whose signature is checked, so that a file of thousands takes no hours.
_MOST_OF_A_NAME = 20


@dataclass(frozen=True)
class Path:
    """A path from the server's certificate upwards. `anchored` is whether it ends in a trusted certificate."""

    certificates: tuple[Certificate, ...]
    anchored: bool

    @property
    def server(self) -> Certificate:
        """The server's own certificate."""
        return self.certificates[0]

    @property
    def above(self) -> tuple[Certificate, ...]:
        """The certificates above it, from the bottom up."""
        return self.certificates[1:]

    @property
    def top(self) -> Certificate:
        """The last certificate of the path."""
        return self.certificates[-1]


def path(chain: Sequence[Certificate], trusted: Sequence[Certificate], now: datetime) -> Path:
    """The path up from the first of `chain`, preferring trusted certificates to others that were sent."""
    way = [chain[0]]
    while not _ends(way[-1], trusted) and len(way) < _LONGEST:
        above = _issuer(way, trusted, now) or _issuer(way, chain[1:], now)
        if above is None:
            break
        way.append(above)
    return Path(tuple(way), _ends(way[-1], trusted) and way[-1] in trusted)


def self_signed(certificate: Certificate) -> bool:
    """Whether it is its own issuer, as far as names, key identifiers and the kind of key tell, as OpenSSL judges it."""
    return is_issuer(certificate, certificate) and _can_have_signed(certificate, certificate)


def is_issuer(child: Certificate, parent: Certificate) -> bool:
    """Whether `parent` is the issuer that `child` names."""
    return child.issuer.key == parent.subject.key and not mismatch(child, parent)


def _can_have_signed(parent: Certificate, child: Certificate) -> bool:
    """Whether the key of `parent` is of the kind that the algorithm within `child` needs, as OpenSSL compares it."""
    named = child.named_algorithm
    return named.is_of(parent.key) and (bool(named.kind) or named.encoded == child.algorithm.encoded)


def mismatch(child: Certificate, parent: Certificate) -> str:
    """What the authority key identifier of `child` names that `parent` is not, in words; empty if nothing."""
    named: AuthorityKey | None = child.extensions.value(AUTHORITY_KEY)
    if named is None:
        return ""
    own = parent.extensions.value(SUBJECT_KEY)
    if named.identifier is not None and own is not None and named.identifier != own:
        return "another key identifier"
    if named.serial is not None and named.serial != parent.serial:
        return "another serial number"
    issuers = [one.name for one in named.issuer if one.kind is Kind.DIRECTORY and one.name]
    if issuers and issuers[0].key != parent.issuer.key:
        return "another issuer of it"
    return ""


def signed(child: Certificate, parent: Certificate) -> bool:
    """Whether `parent` is the issuer of `child` by its name, and by a signature that holds."""
    return child.issuer.key == parent.subject.key and child.signed_by(parent.key) is True


def of_name(certificates: Iterable[Certificate], child: Certificate) -> list[Certificate]:
    """Those that have the name of the issuer of `child`; the first ones, if there are very many."""
    found = []
    for one in certificates:
        if one.subject.key == child.issuer.key:
            found.append(one)
            if len(found) == _MOST_OF_A_NAME:
                break
    return found


def may_certify(certificate: Certificate) -> bool | None:
    """Whether OpenSSL takes it for a CA (RFC 5280, 4.2.1.9 and 3); None if that cannot be read."""
    known = certificate.extensions
    if known.unreadable(BASIC_CONSTRAINTS) or known.unreadable(KEY_USAGE):
        return None
    usage, basic = known.value(KEY_USAGE), known.value(BASIC_CONSTRAINTS)
    if usage is not None and KEY_CERT_SIGN not in usage:
        return False
    if basic is not None:
        return bool(basic.ca)
    # Without basic constraints: a version 1 root, a key usage for it, or Netscape's type of a CA.
    old_root = certificate.version == 1 and certificate.self_issued
    return old_root or usage is not None or bool((known.value(NETSCAPE_TYPE) or frozenset()) & {5, 6, 7})


def says_ca(certificate: Certificate) -> bool | None:
    """Whether its basic constraints say that it is a CA; None if they cannot be read."""
    if certificate.extensions.unreadable(BASIC_CONSTRAINTS):
        return None
    basic = certificate.extensions.value(BASIC_CONSTRAINTS)
    return bool(basic and basic.ca)


def misplaced(chain: Sequence[Certificate]) -> int:
    """The position of the server's own certificate in `chain`, if it comes after those that sign it; otherwise 0.

    It must come first (RFC 8446, 4.4.2); it is the only one that is not a CA's.
    """
    others = [at for at, one in enumerate(chain) if may_certify(one) is False]
    return others[0] if len(others) == 1 and any(signed(one, chain[0]) for one in of_issuer(chain)) else 0


def of_issuer(chain: Sequence[Certificate]) -> list[Certificate]:
    """Those after the first that name the first as their issuer; some of them, if there are very many."""
    named = [one for one in chain[1:] if one.issuer.key == chain[0].subject.key]
    return named[:_MOST_OF_A_NAME]


def _ends(certificate: Certificate, trusted: Sequence[Certificate]) -> bool:
    return self_signed(certificate) or (_AN_INTERMEDIATE_MAY_BE_TRUSTED and certificate in trusted)


def _issuer(way: list[Certificate], certificates: Sequence[Certificate], now: datetime) -> Certificate | None:
    """The first issuer that is valid at that time, or else the one that is valid the longest, as OpenSSL chooses."""
    named = [one for one in certificates if one not in way and is_issuer(way[-1], one)]
    # Of an old and a new root of one name, the one whose kind of key can have signed it.
    found = [one for one in named if _can_have_signed(one, way[-1])] or named
    valid = next((one for one in found if _valid(one, now)), None)
    return valid or max(found, key=lambda one: one.ends.when or now, default=None)


def _valid(certificate: Certificate, now: datetime) -> bool:
    begins, ends = certificate.begins.when, certificate.ends.when
    return begins is not None and ends is not None and begins <= now <= ends
