"""The authority as files in its state folder: made at first start, loaded at every other, mended where one broke off.

Every file is whole or missing, and they are made in this order: passphrase, root key, root certificate, issuing key,
issuing certificate. So wherever a first start was cut off, the next one finds what it may keep and makes the rest:

- a certificate is made from its key, so a key without one simply gets it;
- the issuing certificate is checked against its key and the root, and made anew when it does not fit;
- the root is what others trust: it is made only when nothing of it is there, and never made anew over anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard.role.files import write_whole
from overheard_ca import passphrase
from overheard_ca.certificates import Issuer, issuing_certificate, root_certificate
from overheard_ca.errors import StateError

ROOT_KEY = "root.key.pem"
ROOT = "root.pem"
ISSUING_KEY = "issuing.key.pem"
ISSUING = "issuing.pem"

_START_ANEW = "move the whole state folder away to start a new CA, or put back the file that belongs there"


@dataclass(frozen=True)
class Authority:
    """The root's certificate and the issuer under it. The root's key is let go as soon as the issuer stands."""

    root: x509.Certificate
    issuing: Issuer

    def chain(self, leaf: x509.Certificate) -> bytes:
        """What a server shows, in PEM: its certificate and the issuing one. The root is for the client to have."""
        return pem(leaf) + pem(self.issuing.certificate)


def establish(state: Path, passphrase_file: Path, now: datetime) -> Authority:
    """The authority in the folder `state`. Raises StateError when what is there must not be used."""
    _sweep(state)
    if (state / ROOT).exists() and not (state / ROOT_KEY).exists():
        raise StateError(f"{state / ROOT} is there, but its key {state / ROOT_KEY} is missing", hint=_START_ANEW)
    words = passphrase.read_or_make(passphrase_file, state / ROOT_KEY)
    root = _root(state, words, passphrase_file, now)
    return Authority(root.certificate, _issuing(state, words, passphrase_file, root, now))


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM (RFC 7468, 5)."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _sweep(state: Path) -> None:
    """Away with the unfinished files that a killed start left behind: there may be keys in them."""
    for leftover in state.glob(".*.pem.*"):
        leftover.unlink()


def _root(state: Path, words: bytes, passphrase_file: Path, now: datetime) -> Issuer:
    key = _key(state / ROOT_KEY, words, passphrase_file)
    path = state / ROOT
    if not path.exists():
        write_whole(path, pem(root_certificate(key, now)))
    certificate = _certificate(path)
    if certificate is None or certificate.public_key() != key.public_key():
        raise StateError(f"{path} is not the certificate of {state / ROOT_KEY}", hint=_START_ANEW)
    if certificate.not_valid_after_utc <= now:
        raise StateError(f"{path} expired on {certificate.not_valid_after_utc:%Y-%m-%d}", hint=_START_ANEW)
    return Issuer(certificate, key)


def _issuing(state: Path, words: bytes, passphrase_file: Path, root: Issuer, now: datetime) -> Issuer:
    key = _key(state / ISSUING_KEY, words, passphrase_file)
    path = state / ISSUING
    certificate = _certificate(path) if path.exists() else None
    if certificate is None or not _belongs(certificate, key, root.certificate, now):
        certificate = issuing_certificate(key, root, now)
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
    """None when the file is no certificate."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (ValueError, x509.InvalidVersion):
        return None


def _key(path: Path, words: bytes, passphrase_file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in `path`, encrypted with `words`; made when it is missing."""
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        write_whole(path, key_pem(made, serialization.BestAvailableEncryption(words)))
        return made
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), words)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StateError(
            f"the key {path} cannot be opened with the passphrase {passphrase_file}",
            hint="put back the passphrase that belongs to it; nothing was changed",
        )
    return key


def key_pem(key: ec.EllipticCurvePrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    """The key as PKCS #8 in PEM (RFC 7468, 10 and 11)."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
