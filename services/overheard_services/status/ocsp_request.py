"""What a responder of OCSP is asked, and where it is."""

from __future__ import annotations

import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

# As many as RFC 9654, 2.1 asks for.
_NONCE_LENGTH = 32


def question(certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPRequest:
    """The request about a certificate. Its nonce is in the answer to this one request, and in no old one."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
    return builder.add_extension(x509.OCSPNonce(secrets.token_bytes(_NONCE_LENGTH)), critical=False).build()


def question_for_all(certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPRequest:
    """The same, for an answer that is given on to others: without a nonce, and by hashes that every client looks for.

    The certificate is found by them, and no more rests on it: RFC 5019, 2.1.1 asks for SHA-1, and curl knows no other.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
    return builder.build()


def responder_of(certificate: x509.Certificate) -> str:
    """The URL of the responder that a certificate names; empty if it names none (RFC 5280, 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    named = (one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.OCSP)
    return str(next(named, ""))
