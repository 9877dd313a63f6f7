"""Signs for the operator: a new key and its names, somebody's signing request, or a certificate once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from overheard.role.names import Name, folded, read_name
from overheard.role.profiles import SLOWEST_CLOCK
from overheard.words.errors import SettingsError
from overheard_ca.errors import RefusedError
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import Issued, refuse
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.profile import USES, Profile
from overheard_ca.public_keys import check_not_prime, checked
from overheard_ca.request import CheckedRequest, examined, read_request

# Who a certificate was issued to, in the record.
OPERATOR = "operator"

# What a CA does not have by default, and what gives it that.
_NEEDED = {
    Profile.LOGGED: ("a log", "--log on"),
    Profile.MUST_STAPLE: ("OCSP, or there is nothing to staple", "--status-url"),
}

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def new_key(kind: KeyKind) -> PrivateKey:
    """A new key: EC on P-256, RSA of 2048 bits, or Ed25519."""
    match kind:
        case KeyKind.EC:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.RSA:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case KeyKind.ED25519:
            return ed25519.Ed25519PrivateKey.generate()


def in_pem(key: PrivateKey) -> bytes:
    """A key as servers read it: PKCS #8 in PEM, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def names_of(words: list[str]) -> tuple[Name, ...]:
    """The names, each once; a wildcard stands for the first label. Raises SettingsError."""
    try:
        return tuple(dict.fromkeys(map(_name, words)))
    except ValueError as problem:
        raise SettingsError(str(problem), hint="give DNS names, like *.app.test, and IP addresses") from None


def requested(file: Path) -> CheckedRequest:
    """What the signing request in a file is for, checked. Raises RefusedError, or OSError."""
    asked = examined(read_request(file.read_bytes()))
    for name in asked.names:
        # Other requesters have names that somebody vouched for; these are checked here.
        if isinstance(name, str):
            names_of([name])
    check_not_prime(asked.public_key)
    return asked


def sign(issuance: Issuance, asked: CheckedRequest, profile: Profile) -> bytes:
    """The chain for a key and its names, in PEM. It is recorded, and so is a refusal. Raises RefusedError."""
    now = datetime.now(UTC)
    if profile not in issuance.offered:
        needs, option = _NEEDED[profile]
        raise SettingsError(f"{profile} needs {needs}", hint=f"start the CA with {option} first")
    try:
        with issuance.ledger.transaction() as entry:
            leaf = issuance.issue(entry, OPERATOR, asked, profile, now)
    except RefusedError as refused:
        with issuance.ledger.transaction() as entry:
            refuse(entry, OPERATOR, asked.names, refused.code, str(refused), now)
        raise
    return issuance.authority.chain(leaf)


def renewed(issuance: Issuance, old: Issued, days: int | None = None) -> bytes:
    """The chain of a new certificate for the key, the names and the profile of an old one, in PEM.

    It is valid for as long as the old one was, or for so many days. Raises SettingsError for one that was revoked, or
    of which the record has not enough.
    """
    before = renewable(old)
    key = checked(before.public_key())
    # It begins so much earlier than it was signed.
    begun = before.not_valid_before_utc + SLOWEST_CLOCK
    life = timedelta(days=days) if days else before.not_valid_after_utc - begun
    return sign(replace(issuance, life=life), CheckedRequest(key, tuple(map(folded, old.names))), profile_of(before))


def renewable(old: Issued) -> x509.Certificate:
    """The certificate, if it may be renewed. Raises SettingsError."""
    if old.revoked:
        raise SettingsError(
            f"{old.serial:x} was revoked on {old.revoked.at:%Y-%m-%d} ({old.revoked.reason.value})",
            hint="its key may be in the wrong hands: `overheard ca sign` makes a certificate with a new one",
        )
    if old.certificate is None:
        raise SettingsError(f"the ledger has no copy of {old.serial:x}", hint="sign a new one: `overheard ca sign`")
    return old.certificate


def profile_of(certificate: x509.Certificate) -> Profile:
    """The profile by which a certificate was issued; its lifetime aside, if there are several."""
    purposes, stapled, logged = (), False, False
    for extension in certificate.extensions:
        match extension.value:
            case x509.ExtendedKeyUsage() as usage:
                purposes = tuple(purpose.dotted_string for purpose in usage)
            case x509.TLSFeature():
                stapled = True
            case x509.PrecertificateSignedCertificateTimestamps():
                logged = True
    found = (purposes, stapled, logged)
    return next(name for name, use in USES.items() if (use.purposes, use.stapled, use.logged) == found)


def _name(word: str) -> Name:
    if not word.startswith("*."):
        return read_name(word)
    below = word.removeprefix("*.")
    if not isinstance(read_name(below), str):
        raise ValueError(f"{word!r} is neither a DNS name nor an IP address")  # noqa: TRY004  (of a text)
    return f"*.{below.lower()}"
