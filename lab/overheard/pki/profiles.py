"""The profile of a certificate of a server, under the root of `overheard.pki` (RFC 5280, 4.2)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from overheard.role.profiles import PublicKey, as_end_entity


def as_server(
    builder: x509.CertificateBuilder, public_key: PublicKey, issuer: x509.Certificate
) -> x509.CertificateBuilder:
    """A server, whose names are still missing."""
    return as_end_entity(
        builder.add_extension(_identifier_of(issuer), critical=False),
        ExtendedKeyUsageOID.SERVER_AUTH,
        receives_keys=isinstance(public_key, rsa.RSAPublicKey),
    )


def _identifier_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """By which clients find the issuer's key: as the issuer says, or the usual hash of it (RFC 5280, 4.2.1.1)."""
    try:
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        identifier = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
