"""A certificate signing request (PKCS #10, RFC 2986): what somebody wants to be certified."""

from __future__ import annotations

from dataclasses import dataclass, field

from overheard.certificates.algorithms import Algorithm, holds, try_algorithm
from overheard.certificates.asn1.element import INTEGER, OID, SEQUENCE, SET, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields, set_of
from overheard.certificates.asn1.values import bits, oid
from overheard.certificates.extensions.read import Extensions, read_extensions
from overheard.certificates.keys import Key, read_key
from overheard.certificates.names import Name, read_name

# The extensions that are asked for (RFC 2985, 5.4.2), and the same of Microsoft.
_EXTENSIONS = frozenset({"1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"})
_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105  (the OID of the attribute)


@dataclass(frozen=True, eq=False)
class Request:
    """A request. `other` are attributes that are no extensions; the value of a challenge password is not kept."""

    encoded: bytes = field(repr=False)
    subject: Name
    key: Key
    extensions: Extensions
    other: tuple[str, ...]
    algorithm: Algorithm
    signature_holds: bool | None


def read_request(element: Element) -> Request:
    """The request that an element is. Raises Asn1Error if it is none."""
    outer = Fields(element)
    content, algorithm, signature = outer.take(SEQUENCE), try_algorithm(outer.take(SEQUENCE)), bits(outer.take())
    outer.end()
    fields = Fields(content)
    fields.take(INTEGER)
    subject, key = read_name(fields.take()), read_key(fields.take())
    attributes = fields.optional(0x80)
    fields.end()
    extensions, other = _attributes(attributes)
    proof = holds(algorithm, signature, content.encoded, key.public)
    return Request(element.encoded, subject, key, extensions, other, algorithm, proof)


def is_request(element: Element) -> bool:
    """Whether an element is a request: a version, a name and a key come first."""
    try:
        fields = Fields(Fields(element).take(SEQUENCE))
        fields.take(INTEGER)
        fields.take(SEQUENCE)
        key = Fields(fields.take(SEQUENCE))
        Fields(key.take(SEQUENCE)).take(OID)
    except Asn1Error:
        return False
    return True


def _attributes(element: Element | None) -> tuple[Extensions, tuple[str, ...]]:
    extensions, other = Extensions(), []
    for part in element.parts() if element else ():
        fields = Fields(part)
        kind, values = oid(fields.take()), fields.take(SET)
        fields.end()
        if kind in _EXTENSIONS:
            extensions = read_extensions(next(iter(set_of(values)), None))
        else:
            other.append("a challenge password, not shown" if kind == _PASSWORD else f"attribute {kind}")
    return extensions, tuple(other)
