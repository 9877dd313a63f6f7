"""PKCS #7 (CMS, RFC 5652): of signed data, the certificates and revocation lists that come with it."""

from __future__ import annotations

from dataclasses import dataclass

from overheard.certificates.asn1.element import OID, SEQUENCE, SET, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.values import expect, oid

DATA, SIGNED, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.6"
TYPES = {
    DATA: "data",
    SIGNED: "signed data",
    "1.2.840.113549.1.7.3": "data encrypted for recipients",
    "1.2.840.113549.1.7.5": "data with a digest",
    ENCRYPTED: "encrypted data",
    "1.2.840.113549.1.9.16.1.23": "data encrypted for recipients and authenticated",
}
# As they are written (RFC 5652, 5.1).
_VERSIONS = {b"\1", b"\3", b"\4", b"\5"}


@dataclass(frozen=True)
class SignedData:
    """A PKCS #7 message: its type in words, and, if it is signed data, the elements in it and how many signed it.

    `problem` is what follows where nothing may, or its version if there is no such.
    """

    type: str
    certificates: tuple[Element, ...] = ()
    lists: tuple[Element, ...] = ()
    signers: int = 0
    problem: str = ""


def read_pkcs7(element: Element) -> SignedData:
    """The message that an element is. Raises Asn1Error if it is none."""
    fields = Fields(element)
    kind, content = oid(fields.take()), fields.optional(0x80)
    words = TYPES.get(kind, f"of the unknown type {kind}")
    if kind != SIGNED or content is None:
        return SignedData(words)
    inner = Fields(content.within())
    version = inner.take()
    inner.take(SET)
    inner.take(SEQUENCE)
    certificates, lists = inner.optional(0x80), inner.optional(0x81)
    signers = sum(1 for _ in expect(inner.take(), SET).parts())
    problem = inner.behind or fields.behind or ("" if version.content in _VERSIONS else "its version is none")
    return SignedData(words, _sequences(certificates), _sequences(lists), signers, problem)


def is_pkcs7(element: Element) -> bool:
    """Whether an element is such a message: an OID comes first."""
    try:
        return oid(Fields(element).take(OID)) in TYPES
    except Asn1Error:
        return False


def _sequences(element: Element | None) -> tuple[Element, ...]:
    """Of the choices that there are, certificates and lists are SEQUENCEs without a tag."""
    return tuple(part for part in element.parts() if part.tag == SEQUENCE) if element else ()
