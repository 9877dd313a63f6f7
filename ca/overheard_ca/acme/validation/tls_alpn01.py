"""The challenge tls-alpn-01: a certificate that only the protocol acme-tls/1 gets (RFC 8737)."""

from __future__ import annotations

import hashlib
import ssl
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.validation.network import Network

PROTOCOL = "acme-tls/1"
ACME_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
# An OCTET STRING of 32 bytes.
_HASH_PREFIX = b"\x04\x20"


def validate(network: Network, identifier: Identifier, expected: str, port: int) -> None:
    """Raise ProblemError if the server has no such certificate."""
    address = ip_address(identifier.value) if identifier.type == "ip" else None
    # For an address, its name in reverse DNS stands in the handshake (RFC 8738, 6).
    name = address.reverse_pointer if address else identifier.value
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([PROTOCOL])
    try:
        with (
            network.connected(identifier.value, port) as plain,
            context.wrap_socket(plain, server_hostname=name) as connection,
        ):
            chosen, content = connection.selected_alpn_protocol(), connection.getpeercert(binary_form=True)
    except OSError as problem:
        raise ProblemError(Kind.TLS, f"{identifier.value!r:.80} port {port}: {problem!s:.200}.") from None
    if chosen != PROTOCOL:
        raise ProblemError(Kind.TLS, f"{identifier.value!r:.80} port {port} does not speak {PROTOCOL}.")
    try:
        certificate = x509.load_der_x509_certificate(content or b"")
        certificate.verify_directly_issued_by(certificate)
        _check(certificate, address or identifier.value, hashlib.sha256(expected.encode()).digest())
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        raise ProblemError(
            Kind.INCORRECT_RESPONSE, "The certificate is not a self-signed one with the extension acmeIdentifier."
        ) from None


def _check(certificate: x509.Certificate, name: object, digest: bytes) -> None:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if [each.value if isinstance(each, x509.IPAddress) else str(each.value).lower() for each in names] != [name]:
        raise ProblemError(Kind.INCORRECT_RESPONSE, f"The certificate is not for {str(name)!r:.80} alone.")
    proof = certificate.extensions.get_extension_for_oid(ACME_IDENTIFIER)
    value = proof.value
    if not proof.critical or not isinstance(value, x509.UnrecognizedExtension) or value.value != _HASH_PREFIX + digest:
        raise ProblemError(
            Kind.INCORRECT_RESPONSE,
            "The extension acmeIdentifier of the certificate is not critical, or is not the hash of the token, a dot "
            "and the thumbprint of the account's key.",
        )
