"""Whether the server's certificate was revoked (RFC 5280, 5), by lists that were fetched by somebody else.

Every list counts, with its own validity, scope and issuer. Of those that are good, the newest that has the certificate
in its scope decides, as in OpenSSL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.documents.revocation_list import Entry, RevocationList
from overheard.certificates.extensions.kinds import (
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    CRL_SCOPE,
    DELTA,
    DISTRIBUTION_POINTS,
    KEY_USAGE,
    SUBJECT_KEY,
)
from overheard.certificates.extensions.kinds import KINDS as EXTENSIONS
from overheard.certificates.extensions.values import CRL_SIGN, REMOVED, AuthorityKey, Scope
from overheard.certificates.extensions.words import reason
from overheard.certificates.general_names import GeneralName
from overheard.certificates.names import called, minute, plain
from overheard.certificates.path import Path

# The name of a fault, and a detail in words.
Problem = tuple[str, str]
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def wrong(path: Path, crls: Sequence[RevocationList], now: datetime) -> Problem | None:
    """The fault, and a detail in words; None if a good list does not contain the server's certificate."""
    server = path.server
    issuer = f'"{called(server.issuer)}"'
    ours = [crl for crl in crls if crl.issuer.key == server.issuer.key]
    problems = [_problem(crl, path, now) for crl in ours]
    good = [crl for crl, problem in zip(ours, problems, strict=True) if problem is None]
    if not good:
        missing = ("crl-missing", f"there is no list of {issuer}")
        return min((one for one in problems if one), key=lambda one: _ORDER.index(one[0]), default=missing)
    newest = max(good, key=lambda crl: crl.issued.when or _NEVER)
    changes = [crl for crl in ours if _is_delta(crl) and _invalid(crl, path, now) is None]
    entry = _entry(newest, changes, server)
    if entry is None or entry.reason == REMOVED:
        return None
    when = minute(entry.revoked.when) if entry.revoked.when else plain(entry.revoked.written)
    why = f": {reason(entry.reason)}" if entry.reason is not None else ""
    return "revoked", f'{issuer} revoked "{called(server.subject)}" on {when}{why}'


def _entry(newest: RevocationList, changes: list[RevocationList], server: Certificate) -> Entry | None:
    """The entry of a certificate: of the newest list of changes that has one, or else of the complete list."""
    for crl in sorted(changes, key=lambda crl: crl.issued.when or _NEVER, reverse=True):
        if server.serial in crl.entries:
            return crl.entries[server.serial]
    entry = newest.entries.get(server.serial)
    # An entry of an indirect list may be about a certificate of another issuer.
    return entry if entry and (entry.issuer is None or entry.issuer.key == server.issuer.key) else None


# What is wrong with a list, the least first: OpenSSL reports what is wrong with the one that fits best.
_ORDER = (
    "crl-not-yet-valid",
    "crl-expired",
    "crl-critical-extension",
    "crl-signer",
    "crl-signature",
    "crl-scope",
    "crl-missing",
)


def _problem(crl: RevocationList, path: Path, now: datetime) -> Problem | None:
    """Why a list does not count; None if it does."""
    if _is_delta(crl):
        return "crl-missing", f'of "{called(crl.issuer)}" there are only changes to a list that is not here'
    if words := _out_of_scope(crl, path.server):
        return "crl-scope", f'the list of "{called(crl.issuer)}" is {words}'
    return _invalid(crl, path, now)


def _invalid(crl: RevocationList, path: Path, now: datetime) -> Problem | None:
    """The same, apart from the scope."""
    whose = f'the list of "{called(crl.issuer)}"'
    issuer = _signer(crl, path)
    if issuer is None:
        return "crl-missing", f"{whose} is of an issuer or a key that is not in the chain, and so cannot be checked"
    if crl.signed_by(issuer.key) is False:
        # Without key identifiers a list of another key of that name cannot be told from one that was changed.
        return "crl-signature", f"the signature of {whose} does not hold"
    if not _may_sign(issuer):
        return "crl-signer", f'"{called(issuer.subject)}" may not sign revocation lists'
    for extension in crl.extensions.all:
        if extension.critical and not (
            extension.oid in EXTENSIONS and extension.oid in {CRL_SCOPE, DELTA, AUTHORITY_KEY}
        ):
            return "crl-critical-extension", f"{whose} has the extension {plain(extension.name)}"
    return _dates(crl, whose, now)


def _dates(crl: RevocationList, whose: str, now: datetime) -> Problem | None:
    if crl.issued.when is None or (crl.due is not None and crl.due.when is None):
        return "crl-expired", f"{whose} has a date that cannot be read"
    if now < crl.issued.when:
        return "crl-not-yet-valid", f"{whose} was issued on {minute(crl.issued.when)}"
    if crl.due is not None and crl.due.when is not None and now > crl.due.when:
        return "crl-expired", f"{whose} was good until {minute(crl.due.when)}"
    return None


def _signer(crl: RevocationList, path: Path) -> Certificate | None:
    """The certificate in the path that signed the list, by its name and by what the list says of its key."""
    named: AuthorityKey | None = crl.extensions.value(AUTHORITY_KEY)
    key = named.identifier if named else None
    for one in path.above or path.certificates:
        own = one.extensions.value(SUBJECT_KEY)
        if one.subject.key == crl.issuer.key and (key is None or own is None or key == own):
            return one
    return None


def _may_sign(issuer: Certificate) -> bool:
    usage = issuer.extensions.value(KEY_USAGE)
    return usage is None or CRL_SIGN in usage


def _is_delta(crl: RevocationList) -> bool:
    return crl.extensions.find(DELTA) is not None


def _out_of_scope(crl: RevocationList, server: Certificate) -> str:
    """Why a list is not about the server's certificate, in words that follow `is`; empty if it is."""
    if crl.extensions.unreadable(CRL_SCOPE):
        return "about certificates that cannot be read"
    scope: Scope | None = crl.extensions.value(CRL_SCOPE)
    if scope is None:
        return ""
    basic = server.extensions.value(BASIC_CONSTRAINTS)
    is_ca = bool(basic and basic.ca)
    for words, fits in (
        ("server", not is_ca),
        ("CA", is_ca),
        ("attribute", False),
        ("reasons", False),
        ("indirect", False),
    ):
        if words in scope.only and not fits:
            return _SCOPES[words]
    named = server.extensions.value(DISTRIBUTION_POINTS) or ()
    if scope.points and not any(_same_place(point, one, crl) for point in scope.points for one in named):
        return f"about certificates that name {scope.points[0]}"
    return ""


def _same_place(point: GeneralName, other: GeneralName, crl: RevocationList) -> bool:
    if point.name and other.name:
        return _place(point, crl) == _place(other, crl)
    return (point.kind, point.text) == (other.kind, other.text)


def _place(point: GeneralName, crl: RevocationList) -> object:
    """The whole name of a place in a directory."""
    key = point.name.key if point.name else ()
    return (*crl.issuer.key, *key) if point.relative else key


_SCOPES = {
    "server": "about certificates of servers and people only",
    "CA": "about certificates of CAs only",
    "attribute": "about attribute certificates only",
    "reasons": "about some reasons only, which OpenSSL takes only if it is told to",
    "indirect": "also about certificates of other issuers, which OpenSSL takes only if it is told to",
}
