"""What OpenSSL refuses with the settings of `requests`, in the order in which it checks."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from overheard.certificates import constraints, revocation
from overheard.certificates.asn1.times import Moment
from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import (
    BASIC_CONSTRAINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    KINDS,
    NETSCAPE_TYPE,
    PROXY,
)
from overheard.certificates.extensions.values import DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_ENCIPHERMENT, SERVER_PURPOSES
from overheard.certificates.extensions.words import netscape, purposes
from overheard.certificates.hosts import wrong_name
from overheard.certificates.names import listed, minute, plain
from overheard.certificates.path import may_certify, says_ca, self_signed
from overheard.certificates.rules.rule import Case, Rule, the
from overheard.certificates.rules.trust import ORDER, SIGNATURE, TRUST

# The bit of a server, in the extension by which Netscape told what a certificate is for.
_NETSCAPE_SERVER = 1
# A digest has half as many bits of security as bits; security level 2 requires 112.
_LEAST_DIGEST = 224
# As in OpenSSL (NAME_CHECK_MAX), of one pair.
_MOST_COMPARISONS = 2**20
_Pair = tuple[Certificate, Certificate]
# OpenSSL checks for curves that are written out from 3.0 on, and takes the brainpool curves in TLS 1.3 from 3.2 on.
_NAMED_CURVES_ONLY, _BRAINPOOL = (3, 0), (3, 2)


def _weak_key_of_the_server(case: Case) -> Iterator[str]:
    return _weak_keys([case.path.server])


def _weak_key_of_a_ca(case: Case) -> Iterator[str]:
    return _weak_keys(case.path.above)


def _weak_keys(certificates: Sequence[Certificate]) -> Iterator[str]:
    for one in certificates:
        if one.key.weak:
            yield f"{the(one)} has the key {one.key}"


def _unreadable_key(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        if why := one.key.unreadable:
            yield f"the key of {the(one)} cannot be read: {why}"


def _useless_key(case: Case) -> Iterator[str]:
    useless = case.path.server.key.useless
    takes_brainpool = ssl.OPENSSL_VERSION_INFO[:2] >= _BRAINPOOL
    if useless and case.host is not None and not (takes_brainpool and case.path.server.key.curve.startswith("brain")):
        yield f"the key of {the(case.path.server)} {useless}"


def _unreadable(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        yield from _problems(one, needed=True)
        if one.extensions.problem:
            yield f"{the(one)} has extensions that cannot be read: {one.extensions.problem}"


def _unreadable_elsewhere(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        yield from _problems(one, needed=False)
    for one in case.shown[len(case.path.certificates) :]:
        yield from (*_problems(one, needed=True), *_problems(one, needed=False))


def _problems(one: Certificate, *, needed: bool) -> Iterator[str]:
    for extension in one.extensions.all:
        if extension.problem and extension.needed is needed:
            yield f"{the(one)} has {plain(extension.name)}, which cannot be read: {extension.problem}"


def _repeated(case: Case) -> Iterator[str]:
    return _twice(case, needed=True)


def _repeated_elsewhere(case: Case) -> Iterator[str]:
    return _twice(case, needed=False)


def _twice(case: Case, *, needed: bool) -> Iterator[str]:
    for one in case.path.certificates:
        for extension in one.extensions.repeated:
            if (extension.oid in KINDS and KINDS[extension.oid].needed) is needed:
                yield f"{the(one)} has {plain(extension.name)} more than once"


def _critical_unknown(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        for extension in one.extensions.all:
            if extension.critical and not extension.handled:
                yield f"{the(one)} has the extension {plain(extension.name)}"


def _proxy(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        if one.extensions.find(PROXY):
            yield f"{the(one)} acts for its issuer"


def _not_a_ca(case: Case) -> Iterator[str]:
    for one in case.path.above:
        # What is tolerated at the end of the chain, such as a version 1 root, is not between.
        if may_certify(one) is False or (one is not case.path.top and says_ca(one) is False):
            yield f"{the(one)} has signed another, but is not a CA"


def _explicit_curve(case: Case) -> Iterator[str]:
    # A chain of one is not checked for it.
    if ssl.OPENSSL_VERSION_INFO[:2] >= _NAMED_CURVES_ONLY and case.path.above:
        for one in case.path.certificates:
            if one.key.explicit:
                yield f"{the(one)} has the key {one.key}"


def _purpose(case: Case) -> Iterator[str]:
    if case.host is None:
        return
    for one in case.path.certificates:
        purpose = one.extensions.value(EXTENDED_KEY_USAGE)
        if purpose is not None and not SERVER_PURPOSES & set(purpose):
            yield f"{the(one)} is for {listed(purposes(purpose))}, not for servers"
    server = case.path.server
    usage, old = server.extensions.value(KEY_USAGE), server.extensions.value(NETSCAPE_TYPE)
    if usage is not None and not usage & {DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT}:
        yield f"the key of {the(server)} may not be used for anything that a server has to do"
    if old is not None and _NETSCAPE_SERVER not in old:
        yield f"{the(server)} is by nsCertType for {listed(netscape(old))}, not for servers"


def _length(case: Case) -> Iterator[str]:
    below = 0
    for one in case.path.above:
        basic = one.extensions.value(BASIC_CONSTRAINTS)
        if basic and basic.path_length is not None and below > basic.path_length:
            yield f"{the(one)} allows {basic.path_length or 'no'} CA below it, but there are {below}"
        # A CA that renews itself is not counted (RFC 5280, 4.2.1.9).
        below += not one.self_issued


def _weak_signature(case: Case) -> Iterator[str]:
    # A root's signature on itself is not checked.
    for one in case.path.certificates:
        digest_bits = one.algorithm.digest_bits
        if digest_bits and digest_bits < _LEAST_DIGEST and not (one is case.path.top and self_signed(one)):
            yield f"{the(one)} is signed by {one.algorithm}"


def _name(row: str) -> Rule:
    def details(case: Case) -> Iterator[str]:
        found, detail = wrong_name(case.path.server, case.host) if case.host is not None else ("", "")
        if found == row:
            yield detail

    return Rule(row, details)


def _revocation(row: str) -> Rule:
    def details(case: Case) -> Iterator[str]:
        found = revocation.wrong(case.path, case.crls, case.now) if case.crls is not None else None
        if found and found[0] == row:
            yield found[1]

    return Rule(row, details)


def _date_format(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        for words, moment in (("begins", one.begins), ("ends", one.ends)):
            if not moment.strict:
                yield f"{the(one)} {words} at {plain(moment.written)!r}"


def _not_yet(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        if one.begins.when and case.now < one.begins.when:
            yield f"{the(one)} begins on {minute(one.begins.when)}"


def _expired(case: Case) -> Iterator[str]:
    return _ended([case.path.server], case.now)


def _expired_above(case: Case) -> Iterator[str]:
    return _ended(case.path.above, case.now)


def _ended(certificates: Sequence[Certificate], now: datetime) -> Iterator[str]:
    for one in certificates:
        ends: Moment = one.ends
        if ends.when and now > ends.when:
            yield f"{the(one)} ended on {minute(ends.when)}"


def _constrained(check: Callable[[Certificate, Certificate], Iterator[str]]) -> Callable[[Case], Iterator[str]]:
    def details(case: Case) -> Iterator[str]:
        for below, above in _pairs(case)[0]:
            yield from (f"{the(above)} {detail}" for detail in check(below, above))

    return details


def _too_many(case: Case) -> Iterator[str]:
    for below, above in _pairs(case)[1]:
        count = constraints.comparisons(below, above)
        yield f"to compare the names of {the(below)} with the constraints of {the(above)} takes {count:,} steps"


def _pairs(case: Case) -> tuple[list[_Pair], list[_Pair]]:
    """Each certificate with one above it that constrains its names: those to check, and those that are too many."""
    path, steps = case.path.certificates, 0
    few: list[_Pair] = []
    many: list[_Pair] = []
    for at, above in enumerate(path[1:], 1):
        for below in path[:at]:
            # A CA that renews itself may have any name (RFC 5280, 6.1.3 (b)).
            if below is path[0] or not below.self_issued:
                count = constraints.comparisons(below, above)
                steps += count
                (many if count > _MOST_COMPARISONS or steps > 4 * _MOST_COMPARISONS else few).append((below, above))
    return few, many


RULES: tuple[Rule, ...] = (
    Rule("certificate-unreadable", _unreadable_key),
    Rule("extension-unreadable", _unreadable),
    Rule("extension-repeated", _repeated),
    Rule("rsa-1024", _weak_key_of_the_server),
    Rule("key-not-for-tls", _useless_key),
    ORDER,
    *TRUST,
    Rule("critical-extension-unknown", _critical_unknown),
    Rule("proxy-certificate", _proxy),
    Rule("intermediate-not-ca", _not_a_ca),
    Rule("explicit-curve", _explicit_curve),
    Rule("no-server-auth", _purpose),
    Rule("path-length-exceeded", _length),
    Rule("rsa-1024", _weak_key_of_a_ca),
    Rule("sha-1", _weak_signature),
    _name("ip-without-ip-san"),
    _name("name-only-in-cn"),
    _name("wildcard-too-deep"),
    _name("wrong-host"),
    *map(
        _revocation,
        (
            "crl-missing",
            "crl-scope",
            "crl-signer",
            "crl-signature",
            "crl-critical-extension",
            "crl-not-yet-valid",
            "crl-expired",
            "revoked",
        ),
    ),
    SIGNATURE,
    # OpenSSL checks the dates from the root down.
    Rule("date-format", _date_format),
    Rule("expired-intermediate", _expired_above),
    Rule("not-yet-valid", _not_yet),
    Rule("expired", _expired),
    Rule("name-constraint-violated", _constrained(constraints.not_permitted)),
    Rule("name-excluded", _constrained(constraints.excluded)),
    Rule("name-constraint-limits", _constrained(constraints.unusable)),
    Rule("name-constraints-too-many", _too_many),
    # OpenSSL takes these two, but what they say is unknown.
    Rule("extension-unreadable-elsewhere", _unreadable_elsewhere),
    Rule("extension-repeated-elsewhere", _repeated_elsewhere),
)
