"""The extensions of a certificate (RFC 5280, 4.2), each described in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from overheard.certificates.names import called, general_name, listed
from overheard.words.printable import printable

_E = TypeVar("_E", bound=x509.ExtensionType)

_USES = {
    "digital_signature": "sign",
    "content_commitment": "sign what cannot be denied later",
    "key_encipherment": "encrypt keys",
    "data_encipherment": "encrypt data",
    "key_agreement": "agree on keys",
    "key_cert_sign": "sign certificates",
    "crl_sign": "sign revocation lists",
}
_PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "servers",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clients",
    ExtendedKeyUsageOID.CODE_SIGNING: "code",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "email",
    ExtendedKeyUsageOID.TIME_STAMPING: "time stamps",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSP answers",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any purpose",
}
_ACCESS = {AuthorityInformationAccessOID.OCSP: "OCSP at", AuthorityInformationAccessOID.CA_ISSUERS: "the issuer at"}


def extensions(certificate: x509.Certificate) -> x509.Extensions:
    """All extensions; empty if they cannot be parsed (`unreadable` says why)."""
    return x509.Extensions([]) if unreadable(certificate) else certificate.extensions


def unreadable(certificate: x509.Certificate) -> str:
    """Why the extensions cannot be parsed; empty if they can."""
    try:
        _ = certificate.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as problem:
        return printable(str(problem).splitlines()[0]) if str(problem) else type(problem).__name__
    return ""


def value_of(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    """The extension of that kind, if the certificate has it."""
    try:
        return extensions(certificate).get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def is_ca(certificate: x509.Certificate) -> bool:
    """Whether it may sign others: CA:TRUE, and a key usage that does not rule it out (RFC 5280, 4.2.1.9 and 3)."""
    basic, usage = value_of(certificate, x509.BasicConstraints), value_of(certificate, x509.KeyUsage)
    return basic is not None and basic.ca and (usage is None or usage.key_cert_sign)


def uses(usage: x509.KeyUsage) -> list[str]:
    """The key usages, in words (RFC 5280, 4.2.1.3)."""
    # Read from the private attributes' public names: `encipher_only` and `decipher_only` raise without key agreement.
    allowed = [words for name, words in _USES.items() if getattr(usage, name)]
    if usage.key_agreement:
        allowed += ["only to encrypt"] * usage.encipher_only + ["only to decrypt"] * usage.decipher_only
    return allowed


def purposes(usage: x509.ExtendedKeyUsage) -> list[str]:
    """The extended key usages, in words (RFC 5280, 4.2.1.12)."""
    return [_PURPOSES.get(oid) or f"unknown purpose {oid.dotted_string}" for oid in usage]


def in_words(extension: x509.Extension[Any]) -> str:
    """An extension in words; `unknown` for one that is not known here."""
    say = _SAY.get(type(extension.value))
    return say(extension.value) if say else "unknown"


def name_of(extension: x509.Extension[Any]) -> str:
    """Its name in RFC 5280, or its OID."""
    return _NAMES.get(type(extension.value)) or extension.oid.dotted_string


def _basic(value: x509.BasicConstraints) -> str:
    if not value.ca:
        return "not a CA"
    if value.path_length is None:
        return "a CA"
    return f"a CA, with {f'at most {value.path_length}' if value.path_length else 'no'} other CA below it"


def _short(identifier: bytes | None) -> str:
    if not identifier:
        return "none"
    text = identifier.hex()
    return text if len(text) <= 16 else f"{text[:16]}…"


def _constraints(value: x509.NameConstraints) -> str:
    parts = [
        f"{word} {listed([general_name(name) for name in names])}"
        for word, names in (("only", value.permitted_subtrees), ("never", value.excluded_subtrees))
        if names
    ]
    return "; ".join(parts) or "none"


def _points(value: x509.CRLDistributionPoints) -> str:
    return listed([general_name(name) for point in value for name in point.full_name or []])


def _access(value: x509.AuthorityInformationAccess | x509.SubjectInformationAccess) -> str:
    return listed(
        [
            f"{_ACCESS.get(one.access_method) or one.access_method.dotted_string} {general_name(one.access_location)}"
            for one in value
        ]
    )


def _timestamps(value: x509.PrecertificateSignedCertificateTimestamps | x509.SignedCertificateTimestamps) -> str:
    made = [f"{stamp.timestamp:%Y-%m-%d %H:%M} UTC by log {_short(stamp.log_id)}" for stamp in value]
    return f"{len(made)}: {listed(made)}"


def _authority(value: x509.AuthorityKeyIdentifier) -> str:
    issuers = [called(name.value) for name in value.authority_cert_issuer or [] if isinstance(name, x509.DirectoryName)]
    return _short(value.key_identifier) + "".join(f', the key of "{issuer}"' for issuer in issuers)


def _alternative(value: x509.SubjectAlternativeName | x509.IssuerAlternativeName) -> str:
    return listed([general_name(name) for name in value])


def _policies(value: x509.CertificatePolicies) -> str:
    return listed([policy.policy_identifier.dotted_string for policy in value])


# The class of an extension, its name, and what describes it. A new extension is one more line here.
_KINDS: tuple[tuple[type[x509.ExtensionType], str, Callable[[Any], str]], ...] = (
    (x509.BasicConstraints, "basicConstraints", _basic),
    (x509.KeyUsage, "keyUsage", lambda value: f"to {listed(uses(value))}"),
    (x509.ExtendedKeyUsage, "extKeyUsage", lambda value: f"for {listed(purposes(value))}"),
    (x509.SubjectAlternativeName, "subjectAltName", _alternative),
    (x509.IssuerAlternativeName, "issuerAltName", _alternative),
    (x509.SubjectKeyIdentifier, "subjectKeyIdentifier", lambda value: _short(value.digest)),
    (x509.AuthorityKeyIdentifier, "authorityKeyIdentifier", _authority),
    (x509.NameConstraints, "nameConstraints", _constraints),
    (x509.CRLDistributionPoints, "cRLDistributionPoints", _points),
    (x509.FreshestCRL, "freshestCRL", _points),
    (x509.AuthorityInformationAccess, "authorityInfoAccess", _access),
    (x509.SubjectInformationAccess, "subjectInfoAccess", _access),
    (x509.CertificatePolicies, "certificatePolicies", _policies),
    (x509.PrecertificateSignedCertificateTimestamps, "signedCertificateTimestamps", _timestamps),
    (x509.SignedCertificateTimestamps, "signedCertificateTimestamps", _timestamps),
    (x509.TLSFeature, "tlsFeature", lambda value: listed([feature.name for feature in value])),
    (x509.OCSPNoCheck, "ocspNoCheck", lambda _value: "its revocation need not be checked"),
    (x509.PrecertPoison, "precertPoison", lambda _value: "a precertificate, for Certificate Transparency logs only"),
)
_NAMES = {kind: name for kind, name, _ in _KINDS}
_SAY = {kind: say for kind, _, say in _KINDS}
