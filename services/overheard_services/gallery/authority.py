"""The careless authority: it signs any certificate, valid or not. All in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_services.gallery.plans import Key, Plan

# Of equal length, so that one can replace the other in the bytes of a certificate (RFC 8017, A.2.4).
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")


@dataclass(frozen=True)
class Holder:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Key


def signed_by_itself(plan: Plan, row: str = "") -> Holder:
    """A self-signed certificate: a root, or a server's."""
    key = plan.new_key()
    subject = _subject(plan, row, 0)
    return Holder(_sign(_begun(plan, subject, subject, key, key), plan, key), key)


def chain(plans: Sequence[Plan], root: Holder, row: str) -> list[Holder]:
    """Certificates from below `root` down to the server's, each issued by the one above it."""
    made: list[Holder] = []
    above = root
    for depth, plan in enumerate(plans, start=1):
        key = plan.new_key()
        builder = _begun(plan, _subject(plan, row, depth), above.certificate.subject, key, above.key)
        above = Holder(_sign(builder, plan, above.key), key)
        made.append(above)
    return made


def revocation_list(issuer: Holder, revoked: Sequence[x509.Certificate], days: float) -> x509.CertificateRevocationList:
    """The revocation list of `issuer` (RFC 5280, 5), with its nextUpdate in `days`."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - timedelta(days=7))
        .next_update(now + timedelta(days=days))
        .add_extension(_identifier(issuer.key), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder(certificate.serial_number, now - timedelta(days=7))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256())


def _begun(plan: Plan, subject: x509.Name, issuer: x509.Name, key: Key, above: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=plan.begins))
        .not_valid_after(now + timedelta(days=plan.ends))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if plan.names_its_issuer:
        builder = builder.add_extension(_identifier(above), critical=False)
    for extension, critical in plan.extensions():
        builder = builder.add_extension(extension, critical)
    return builder


def _sign(builder: x509.CertificateBuilder, plan: Plan, key: Key) -> x509.Certificate:
    certificate = builder.sign(key, hashes.SHA256())
    return _with_sha1(certificate, key) if plan.sha1 else certificate


def _with_sha1(certificate: x509.Certificate, key: Key) -> x509.Certificate:
    """The same certificate, signed as was usual until 2016: `cryptography` no longer signs with SHA-1."""
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("only an RSA key signs with SHA-1 here")
    content = certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(content, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  (its weakness is what we show)
    whole = certificate.public_bytes(serialization.Encoding.DER).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    return x509.load_der_x509_certificate(whole.replace(certificate.signature, signature))


def _identifier(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _subject(plan: Plan, row: str, depth: int) -> x509.Name:
    name = plan.common_name or f"Gallery CA {depth} of {row} (not for production)"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
