"""What a certificate says, as facts in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from overheard.certificates.asn1.times import Moment
from overheard.certificates.descriptions import written
from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import EXTENDED_KEY_USAGE, KEY_USAGE, SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.extensions.words import number_in_hex, purposes, uses
from overheard.certificates.names import called, listed, plain
from overheard.certificates.read import read_certificates

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
    return sentence(read_certificates(data, _THIS).certificates[0])


def sentence(certificate: Certificate) -> str:
    """`From A to B I am "X" according to "Y".` That is all that a certificate is."""
    issuer = "myself" if certificate.self_issued else f'"{called(certificate.issuer)}"'
    return (
        f"From {written(certificate.begins)} to {written(certificate.ends)}"
        f' I am "{called(certificate.subject)}" according to {issuer}.'
    )


def facts(certificate: Certificate, signed_by: str) -> Facts:
    """All facts of a certificate; `signed_by` is what was found out about its signature."""
    return Facts(
        sentence=sentence(certificate),
        subject=called(certificate.subject),
        issuer=called(certificate.issuer),
        begins=_iso(certificate.begins),
        ends=_iso(certificate.ends),
        signed_by=signed_by,
        names=_names(certificate),
        key=_key(certificate),
        signature=str(certificate.algorithm),
        serial=_serial(certificate.serial),
        fingerprint=certificate.fingerprint,
        extensions=_extensions(certificate),
    )


def _iso(moment: Moment) -> str:
    """The time, or what is written in place of one."""
    when: datetime | None = moment.when
    return when.isoformat() if when else plain(moment.written)


def _serial(number: int) -> str:
    if number <= 0:
        return f"{number_in_hex(number)}, and must be positive (RFC 5280, 4.1.2.2)"
    return number_in_hex(number)


def _names(certificate: Certificate) -> tuple[str, ...]:
    if certificate.extensions.unreadable(SUBJECT_ALTERNATIVE_NAME):
        return ("cannot be read",)
    return tuple(map(str, certificate.extensions.value(SUBJECT_ALTERNATIVE_NAME) or ()))


def _key(certificate: Certificate) -> str:
    words = str(certificate.key)
    usage, purpose = certificate.extensions.value(KEY_USAGE), certificate.extensions.value(EXTENDED_KEY_USAGE)
    if usage is not None:
        words += f", to {listed(uses(usage))}"
    if purpose is not None:
        words += f", for {listed(purposes(purpose))}"
    return words


def _extensions(certificate: Certificate) -> tuple[ExtensionFact, ...]:
    found = tuple(ExtensionFact(plain(one.name), one.critical, one.says) for one in certificate.extensions.all)
    if why := certificate.extensions.problem:
        return (*found, ExtensionFact("extensions", critical=False, says=f"cannot be read: {why}"))
    return found
