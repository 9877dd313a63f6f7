"""PKCS #7 (CMS, RFC 5652): of signed data, the certificates and revocation lists that come with it."""

from __future__ import annotations

from dataclasses import dataclass

from overheard.certificates.asn1.element import OID, SEQUENCE, SET, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields, set_of
from overheard.certificates.asn1.values import octets, oid, small

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

    `problem` is what follows where nothing may, its version if there is no such, or what cannot be read of the rest.
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
        return SignedData(words, problem=fields.behind or ("it has no content" if content is None else ""))
    inner = Fields(content.within())
    version = inner.take()
    digests, signed = set_of(inner.take(SET)), inner.take(SEQUENCE)
    certificates, lists = inner.optional(0x80), inner.optional(0x81)
    signers = set_of(inner.take(SET))
    problem = inner.behind or fields.behind or ("" if version.content in _VERSIONS else "its version is none")
    problem = problem or _malformed(digests, signed, signers)
    return SignedData(words, _sequences(certificates), _sequences(lists), len(signers), problem)


def _malformed(digests: list[Element], signed: Element, signers: list[Element]) -> str:
    """What of the parts that are not interpreted has not its shape, in words; empty if all have it."""
    for what, part, check in (
        *(("one of its digests", each, algorithm) for each in digests),
        ("what is signed", signed, _check_content),
        *((f"signer {number}", each, _check_signer) for number, each in enumerate(signers, 1)),
    ):
        try:
            check(part)
        except Asn1Error as problem:
            return f"{what} cannot be read: {problem}"
    return ""


def algorithm(element: Element) -> str:
    """The identifier of an algorithm. Raises Asn1Error if an element is none."""
    fields = Fields(element)
    found = oid(fields.take())
    # Its parameters, of any type.
    if fields.left:
        fields.take()
    fields.end()
    return found


def _check_content(element: Element) -> None:
    """Raises Asn1Error if an element is no content with its type (RFC 5652, 5.2)."""
    fields = Fields(element)
    oid(fields.take())
    if content := fields.optional(0x80):
        content.within()
    fields.end()


def _check_signer(element: Element) -> None:
    """Raises Asn1Error if an element is no signer (RFC 5652, 5.3)."""
    fields = Fields(element)
    small(fields.take())
    fields.take(SEQUENCE, 0x80)
    algorithm(fields.take())
    _check_attributes(fields.optional(0x80))
    algorithm(fields.take())
    octets(fields.take())
    _check_attributes(fields.optional(0x81))
    fields.end()


def _check_attributes(element: Element | None) -> None:
    for one in element.parts() if element else ():
        check_attribute(one)


def check_attribute(element: Element) -> None:
    """Raises Asn1Error if an element is no attribute: a type, and at least one value."""
    fields = Fields(element)
    oid(fields.take())
    if not set_of(fields.take()):
        raise Asn1Error("an attribute has no value")
    fields.end()


def is_pkcs7(element: Element) -> bool:
    """Whether an element is such a message: an OID comes first."""
    try:
        return oid(Fields(element).take(OID)) in TYPES
    except Asn1Error:
        return False


def _sequences(element: Element | None) -> tuple[Element, ...]:
    """Of the choices that there are, certificates and lists are SEQUENCEs without a tag."""
    return tuple(part for part in element.parts() if part.tag == SEQUENCE) if element else ()
