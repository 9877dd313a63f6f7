"""The authority as files in its state folder: created at the first start, completed if that failed, then loaded.

Every file is whole or missing, and they are created in this order: passphrase, root key, root certificate, issuing key,
issuing certificate. So wherever a first start was interrupted, the next one keeps what it can and creates the rest:

- a certificate is created from its key, so a key without a certificate gets one;
- the issuing certificate is checked against its key, the root, what it may certify and where the root's revocations
  are, and replaced if it does not match;
- others trust the root: it is created only if nothing of it exists, and never replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard.role.files import write_whole
from overheard_ca.certificates import Issuer, distribution_points, issuing_certificate, root_certificate
from overheard_ca.errors import StateError
from overheard_ca.key_uri import KeyUri
from overheard_ca.limits import constraints, value_of
from overheard_ca.passphrase import Passphrase
from overheard_ca.permitted import Permitted
from overheard_ca.status.root_crl import renew_root_list, root_list
from overheard_ca.status.urls import StatusUrls
from overheard_ca.token_key import TokenKey

ROOT_KEY = "root.key.pem"
ROOT = "root.pem"
ISSUING_KEY = "issuing.key.pem"
ISSUING = "issuing.pem"

_START_ANEW = "move the whole state folder away to start a new CA, or restore the right file"


@dataclass(frozen=True)
class Authority:
    """The root certificate, the issuer under it, and the root's list of what it revoked.

    The root key is not kept once the issuer exists. A folder of an earlier version has no list until the next start.
    """

    root: x509.Certificate
    issuing: Issuer
    root_list: x509.CertificateRevocationList | None

    def chain(self, leaf: x509.Certificate) -> bytes:
        """The chain that a server sends, in PEM: its certificate and the issuing one. The client has the root."""
        return pem(leaf) + pem(self.issuing.certificate)


def establish(  # noqa: PLR0913  (each is a setting)
    state: Path,
    protection: Path | bytes,
    now: datetime,
    *,
    status: StatusUrls | None = None,
    permitted: Permitted | None = None,
    in_token: KeyUri | None = None,
) -> Authority:
    """The authority in the folder `state`. Raises StateError if its content must not be used.

    `protection` is the passphrase of the keys, or the file that has it. `status` is where its certificates say that
    revocations are published; `permitted` is what the issuing certificate may certify, anything without it. With
    `in_token`, the issuing key is there, and not in the folder.
    """
    _sweep(state)
    if (state / ROOT).exists() and not (state / ROOT_KEY).exists():
        raise StateError(f"{state / ROOT} exists, but its key {state / ROOT_KEY} is missing", hint=_START_ANEW)
    words = Passphrase.of(protection, state / ROOT_KEY)
    root = _root(state, words, now)
    key = TokenKey(in_token) if in_token else key_in(state / ISSUING_KEY, words)
    limits = constraints(permitted) if permitted else None
    points = distribution_points(status.root_crl) if status else None
    issuing = _issuing(state / ISSUING, key, root, now, limits, points)
    return Authority(root.certificate, replace(issuing, status=status), renew_root_list(state, root, now))


def load(
    state: Path,
    protection: Path | bytes,
    now: datetime,
    *,
    status: StatusUrls | None = None,
    in_token: KeyUri | None = None,
) -> Authority:
    """The authority that exists in the folder `state`, as it is; the root key is left alone.

    The arguments are those of `establish`. Raises StateError if there is none, or if it must not be used.
    """
    root, certificate = certificates(state, now)
    if in_token:
        key: ec.EllipticCurvePrivateKey = TokenKey(in_token)
    else:
        key = _existing_key(state / ISSUING_KEY, Passphrase.of(protection, state / ROOT_KEY))
    if not _belongs(certificate, key, root, now):
        raise StateError(
            f"{state / ISSUING} does not belong to the issuing key and {state / ROOT}, or has expired",
            hint="restore the right file, or start the CA, which creates it anew",
        )
    return Authority(root, Issuer(certificate, key, status), root_list(state))


def certificates(state: Path, now: datetime) -> tuple[x509.Certificate, x509.Certificate]:
    """The root and the issuing certificate of the authority in the folder `state`, without any key.

    Raises StateError if one of them is missing, or if the root has expired.
    """
    found = []
    for path in (state / ROOT, state / ISSUING):
        certificate = _certificate(path) if path.exists() else None
        if certificate is None:
            raise StateError(f"{path} is missing, or is no certificate", hint=_START_ANEW)
        found.append(certificate)
    root, issuing = found
    _check_not_expired(root, state / ROOT, now)
    return root, issuing


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM (RFC 7468, 5)."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _sweep(state: Path) -> None:
    """Remove unfinished files of a killed start: they may contain keys."""
    for leftover in state.glob(".*.pem.*"):
        leftover.unlink()


def _root(state: Path, words: Passphrase, now: datetime) -> Issuer:
    key = key_in(state / ROOT_KEY, words)
    path = state / ROOT
    if not path.exists():
        write_whole(path, pem(root_certificate(key, now)))
    certificate = _certificate(path)
    if certificate is None or certificate.public_key() != key.public_key():
        raise StateError(f"{path} is not the certificate of {state / ROOT_KEY}", hint=_START_ANEW)
    _check_not_expired(certificate, path, now)
    return Issuer(certificate, key)


def _check_not_expired(certificate: x509.Certificate, path: Path, now: datetime) -> None:
    if certificate.not_valid_after_utc <= now:
        raise StateError(f"{path} expired on {certificate.not_valid_after_utc:%Y-%m-%d}", hint=_START_ANEW)


def _issuing(  # noqa: PLR0913, PLR0917  (each is one part of it)
    path: Path,
    key: ec.EllipticCurvePrivateKey,
    root: Issuer,
    now: datetime,
    limits: x509.NameConstraints | None,
    points: x509.CRLDistributionPoints | None,
) -> Issuer:
    certificate = _certificate(path) if path.exists() else None
    if (
        certificate is None
        or not _belongs(certificate, key, root.certificate, now)
        or value_of(certificate, x509.NameConstraints) != limits
        or value_of(certificate, x509.CRLDistributionPoints) != points
    ):
        certificate = issuing_certificate(key, root, now, limits, points)
        write_whole(path, pem(certificate))
    return Issuer(certificate, key)


def _belongs(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, root: x509.Certificate, now: datetime
) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return certificate.public_key() == key.public_key() and certificate.not_valid_after_utc > now


def _certificate(path: Path) -> x509.Certificate | None:
    """The certificate; None if the file is not one."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (ValueError, x509.InvalidVersion):
        return None


def key_in(path: Path, words: Passphrase) -> ec.EllipticCurvePrivateKey:
    """The key in `path`, encrypted with the passphrase; created if it is missing."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        write_whole(path, key_pem(made, serialization.BestAvailableEncryption(words.text)))
        return made
    return _existing_key(path, words)


def _existing_key(path: Path, words: Passphrase) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), words.text)
    except FileNotFoundError:
        raise StateError(f"the key {path} is missing", hint=_START_ANEW) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StateError(
            f"the key {path} cannot be decrypted with {words.described}",
            hint="restore the right passphrase; nothing was changed",
        )
    return key


def key_pem(key: ec.EllipticCurvePrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    """The key as PKCS #8 in PEM (RFC 7468, 10 and 11)."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
