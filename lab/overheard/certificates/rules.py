"""The rules by which a chain is checked, each with its row of the gallery.

A rule yields a description of each fault that it finds. The rules are in the order in which OpenSSL checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from overheard.certificates import constraints, revocation
from overheard.certificates.extensions import extensions, is_ca, name_of, purposes, value_of
from overheard.certificates.hosts import wrong_name
from overheard.certificates.keys import digest_is_weak, key_in_words, key_is_weak, signature_in_words
from overheard.certificates.names import called, listed, minute
from overheard.certificates.path import Path, misplaced, self_signed


@dataclass(frozen=True)
class Case:
    """The input of the rules: the chain as it was sent, and the path that was built from it.

    `judged` is whether the path must be anchored. `host` and `crls` are None if they are not checked.
    """

    chain: Sequence[x509.Certificate]
    path: Path
    host: str | None
    now: datetime
    judged: bool
    crls: Sequence[x509.CertificateRevocationList] | None


@dataclass(frozen=True)
class Rule:
    """A row of the gallery, and the function that finds its fault."""

    row: str
    details: Callable[[Case], Iterator[str]]


def _weak_key_of_the_server(case: Case) -> Iterator[str]:
    return _weak_keys([case.path.server])


def _weak_key_of_a_ca(case: Case) -> Iterator[str]:
    return _weak_keys(case.path.above)


def _weak_keys(certificates: Sequence[x509.Certificate]) -> Iterator[str]:
    for one in certificates:
        if key_is_weak(one):
            yield f"{_the(one)} has the key {key_in_words(one)}"


def _order(case: Case) -> Iterator[str]:
    if at := misplaced(case.chain):
        yield f"{_the(case.chain[at])} is number {at + 1} of {len(case.chain)}, and must come first"


def _self_signed(case: Case) -> Iterator[str]:
    if _astray(case) and self_signed(case.path.top) and not case.path.above:
        yield f"{_the(case.path.top)} is self-signed, and not trusted"


def _self_signed_in_chain(case: Case) -> Iterator[str]:
    if _astray(case) and self_signed(case.path.top) and case.path.above:
        yield f"the chain leads to {_the(case.path.top)}, which the server sent as well, but which is not trusted"


def _unknown_root(case: Case) -> Iterator[str]:
    if _astray(case) and not self_signed(case.path.top) and case.path.above:
        yield f"the chain leads to {_issuer(case.path.top)}, and is not trusted"


def _missing_intermediate(case: Case) -> Iterator[str]:
    if _astray(case) and not self_signed(case.path.top) and not case.path.above:
        sent = (
            "nothing else was sent"
            if len(case.chain) == 1
            else "nothing else that was sent is that issuer's certificate"
        )
        # Without the issuer's certificate, it is unknown whether that is an intermediate or a root.
        yield f"{_issuer(case.path.top)}, is not trusted, and {sent}; if that is a root, see unknown-root"


def _astray(case: Case) -> bool:
    return case.judged and not case.path.anchored


def _critical_unknown(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        for extension in extensions(one):
            if extension.critical and isinstance(extension.value, x509.UnrecognizedExtension):
                yield f"{_the(one)} has the extension {name_of(extension)}"


def _not_a_ca(case: Case) -> Iterator[str]:
    for one in case.path.above:
        # A version 1 root has no basic constraints; whoever trusts it decides that it is a CA.
        if not is_ca(one) and not (one.version is x509.Version.v1 and self_signed(one)):
            yield f"{_the(one)} has signed another, but is not a CA"


def _purpose(case: Case) -> Iterator[str]:
    if case.host is None:
        return
    for one in case.path.certificates:
        purpose = value_of(one, x509.ExtendedKeyUsage)
        if purpose and ExtendedKeyUsageOID.SERVER_AUTH not in purpose:
            yield f"{_the(one)} is for {listed(purposes(purpose))}, not for servers"
    usage = value_of(case.path.server, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.key_encipherment or usage.key_agreement):
        yield f"the key of {_the(case.path.server)} may not be used for anything that a server has to do"


def _length(case: Case) -> Iterator[str]:
    below = 0
    for one in case.path.above:
        basic = value_of(one, x509.BasicConstraints)
        if basic and basic.path_length is not None and below > basic.path_length:
            yield f"{_the(one)} allows {basic.path_length or 'no'} CA below it, but there are {below}"
        # A CA that renews itself is not counted (RFC 5280, 4.2.1.9).
        below += one.issuer != one.subject


def _weak_signature(case: Case) -> Iterator[str]:
    # A root's signature on itself is not checked.
    for one in case.path.certificates:
        if digest_is_weak(one) and not (one is case.path.top and self_signed(one)):
            yield f"{_the(one)} is signed by {signature_in_words(one)}"


def _name(row: str) -> Rule:
    def details(case: Case) -> Iterator[str]:
        found, detail = wrong_name(case.path.server, case.host) if case.host is not None else ("", "")
        if found == row:
            yield detail

    return Rule(row, details)


def _not_yet(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        if case.now < one.not_valid_before_utc:
            yield f"{_the(one)} begins on {minute(one.not_valid_before_utc)}"


def _expired(case: Case) -> Iterator[str]:
    return _ended([case.path.server], case.now)


def _expired_above(case: Case) -> Iterator[str]:
    return _ended(case.path.above, case.now)


def _ended(certificates: Sequence[x509.Certificate], now: datetime) -> Iterator[str]:
    for one in certificates:
        if now > one.not_valid_after_utc:
            yield f"{_the(one)} ended on {minute(one.not_valid_after_utc)}"


def _not_permitted(case: Case) -> Iterator[str]:
    for above in case.path.above:
        yield from (f"{_the(above)} {detail}" for detail in constraints.not_permitted(case.path.server, above))


def _excluded(case: Case) -> Iterator[str]:
    for above in case.path.above:
        yield from (f"{_the(above)} {detail}" for detail in constraints.excluded(case.path.server, above))


def _revocation(row: str) -> Rule:
    def details(case: Case) -> Iterator[str]:
        found, detail = revocation.wrong(case.path, case.crls, case.now) if case.crls is not None else ("", "")
        if found == row:
            yield detail

    return Rule(row, details)


def _the(certificate: x509.Certificate) -> str:
    return f'"{called(certificate.subject)}"'


def _issuer(certificate: x509.Certificate) -> str:
    return f'"{called(certificate.issuer)}", who signed {_the(certificate)}'


RULES: tuple[Rule, ...] = (
    Rule("rsa-1024", _weak_key_of_the_server),
    Rule("wrong-order", _order),
    Rule("self-signed", _self_signed),
    Rule("self-signed-in-chain", _self_signed_in_chain),
    Rule("unknown-root", _unknown_root),
    Rule("missing-intermediate", _missing_intermediate),
    Rule("critical-extension-unknown", _critical_unknown),
    Rule("intermediate-not-ca", _not_a_ca),
    Rule("no-server-auth", _purpose),
    Rule("path-length-exceeded", _length),
    Rule("rsa-1024", _weak_key_of_a_ca),
    Rule("sha-1", _weak_signature),
    _name("ip-without-ip-san"),
    _name("name-only-in-cn"),
    _name("wildcard-too-deep"),
    _name("wrong-host"),
    _revocation("crl-missing"),
    _revocation("crl-expired"),
    _revocation("revoked"),
    # OpenSSL checks the dates from the root down.
    Rule("expired-intermediate", _expired_above),
    Rule("not-yet-valid", _not_yet),
    Rule("expired", _expired),
    Rule("name-constraint-violated", _not_permitted),
    Rule("name-excluded", _excluded),
)
