"""What a certificate says, as facts in words."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from overheard.certificates.extensions import extensions, in_words, name_of, purposes, unreadable, uses, value_of
from overheard.certificates.keys import key_in_words, signature_in_words
from overheard.certificates.names import called, general_name, listed, minute
from overheard.certificates.read import read

# The name in errors of data that has none.
_THIS = "what was handed over"


@dataclass(frozen=True)
class ExtensionFact:
    """One extension: its name, whether it is critical, and what it says."""

    name: str
    critical: bool
    says: str


@dataclass(frozen=True)
class Facts:
    """One certificate. `sentence` sums it up; `begins` and `ends` are in ISO 8601; the rest is in words."""

    sentence: str
    subject: str
    issuer: str
    begins: str
    ends: str
    signed_by: str
    names: tuple[str, ...]
    key: str
    signature: str
    serial: str
    fingerprint: str
    extensions: tuple[ExtensionFact, ...]


def words_for_scenario(data: bytes) -> str:
    """The sentence that sums up the first certificate in `data`, PEM or DER.

    Raises CertificateError if there is none.
    """
    return sentence(read(data, _THIS).certificates[0])


def sentence(certificate: x509.Certificate) -> str:
    """`From A to B I am "X" according to "Y".` That is all that a certificate is."""
    themselves = certificate.issuer == certificate.subject
    return (
        f"From {minute(certificate.not_valid_before_utc)} to {minute(certificate.not_valid_after_utc)}"
        f' I am "{called(certificate.subject)}" according to'
        f" {'myself' if themselves else _quoted(called(certificate.issuer))}."
    )


def facts(certificate: x509.Certificate, signed_by: str) -> Facts:
    """All facts of a certificate; `signed_by` is what was found out about its signature."""
    return Facts(
        sentence=sentence(certificate),
        subject=called(certificate.subject),
        issuer=called(certificate.issuer),
        begins=certificate.not_valid_before_utc.isoformat(),
        ends=certificate.not_valid_after_utc.isoformat(),
        signed_by=signed_by,
        names=_names(certificate),
        key=_key(certificate),
        signature=signature_in_words(certificate),
        serial=f"{certificate.serial_number:x}",
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":"),
        extensions=_extensions(certificate),
    )


def _quoted(text: str) -> str:
    return f'"{text}"'


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    alternative = value_of(certificate, x509.SubjectAlternativeName)
    return tuple(general_name(name) for name in alternative or ())


def _key(certificate: x509.Certificate) -> str:
    words = key_in_words(certificate)
    if usage := value_of(certificate, x509.KeyUsage):
        words += f", to {listed(uses(usage))}"
    if purpose := value_of(certificate, x509.ExtendedKeyUsage):
        words += f", for {listed(purposes(purpose))}"
    return words


def _extensions(certificate: x509.Certificate) -> tuple[ExtensionFact, ...]:
    if why := unreadable(certificate):
        return (ExtensionFact("extensions", critical=False, says=f"cannot be read: {why}"),)
    return tuple(ExtensionFact(name_of(one), one.critical, in_words(one)) for one in extensions(certificate))
