"""OCSP: what a responder says of certificates, and what it is asked. What it says is not compared with certificates."""

from __future__ import annotations

from dataclasses import dataclass, field

from overheard.certificates.algorithms import Algorithm, holds, try_algorithm
from overheard.certificates.asn1.element import (
    BIT_STRING,
    ENUMERATED,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    Asn1Error,
    Element,
    parse,
)
from overheard.certificates.asn1.fields import Fields, sequence_of
from overheard.certificates.asn1.times import Moment, moment
from overheard.certificates.asn1.values import bits, integer, octets, oid
from overheard.certificates.documents.certificate import Certificate, read_certificate
from overheard.certificates.extensions.read import Extensions, extensions_within
from overheard.certificates.names import Name, read_name

_BASIC = "1.3.6.1.5.5.7.48.1.1"
_STATUSES = {
    0: "successful",
    1: "the request was malformed",
    2: "an internal error of the responder",
    3: "try again later",
    5: "the request must be signed",
    6: "the responder is not authorised to answer",
}
_GOOD, _REVOKED, _UNKNOWN = 0x80, 0x81, 0x82
_STATES = {_GOOD: "good", _REVOKED: "revoked", _UNKNOWN: "unknown to the responder"}


@dataclass(frozen=True)
class CertificateStatus:
    """The status of one certificate, when it was known to be right, and when there will be a newer one."""

    serial: int
    state: str
    revoked: Moment | None
    reason: int | None
    this_update: Moment
    next_update: Moment | None
    extensions: Extensions


@dataclass(frozen=True)
class OcspResponse:
    """A response: its status in words, and, if it is successful, what it says, when and by whom.

    `key_hash` is that of the responder's key if it has no name there. `holds` is whether the key of one of its
    certificates made the signature, None if that cannot be checked here. `problem` is what cannot be interpreted.
    """

    status: str
    responder: Name | None = None
    key_hash: bytes = b""
    produced: Moment | None = None
    statuses: tuple[CertificateStatus, ...] = ()
    extensions: Extensions = field(default_factory=Extensions)
    algorithm: Algorithm | None = None
    certificates: tuple[Certificate, ...] = ()
    holds: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class OcspRequest:
    """A request: the serial numbers of the certificates whose status is asked for."""

    serials: tuple[int, ...]
    extensions: Extensions


def is_ocsp_response(element: Element) -> bool:
    """Whether an element is a response: its status comes first, as in no other document."""
    try:
        Fields(element).take(ENUMERATED)
    except Asn1Error:
        return False
    return True


def read_ocsp_response(element: Element) -> OcspResponse:
    """The response that an element is. Raises Asn1Error if it is none."""
    fields = Fields(element)
    number = integer(fields.take(ENUMERATED))
    content = fields.optional(0x80)
    fields.end()
    status = _STATUSES.get(number, f"of the unknown number {number}")
    if content is None:
        problem = "" if number in _STATUSES and number else "it says nothing, and not why"
        return OcspResponse(status, problem=problem)
    outer = Fields(content.within())
    kind, answer = oid(outer.take()), octets(outer.take(OCTET_STRING))
    outer.end()
    if kind != _BASIC:
        return OcspResponse(status, problem=f"its answer is of the unknown type {kind}")
    return _basic(status, parse(answer, element.depth + 1))


def is_ocsp_request(element: Element) -> bool:
    """Whether an element is a request: a list of what identifies certificates comes first in its first SEQUENCE."""
    try:
        asked = Fields(_asked(Fields(Fields(element).take(SEQUENCE))))
        identifier = Fields(Fields(asked.take(SEQUENCE)).take(SEQUENCE))
        # A digest, what it makes of the issuer's name and key, and a number.
        Fields(identifier.take(SEQUENCE)).take(OID)
        for tag in (OCTET_STRING, OCTET_STRING, INTEGER):
            identifier.take(tag)
    except Asn1Error:
        return False
    return True


def read_ocsp_request(element: Element) -> OcspRequest:
    """The request that an element is. Raises Asn1Error if it is none."""
    outer = Fields(element)
    fields = Fields(outer.take(SEQUENCE))
    outer.optional(0x80)
    outer.end()
    serials = tuple(_serial(Fields(one).take(SEQUENCE)) for one in sequence_of(_asked(fields)))
    extensions = fields.optional(0x82)
    fields.end()
    return OcspRequest(serials, extensions_within(extensions))


def _asked(fields: Fields) -> Element:
    """What is asked for, behind the version and the name of who asks."""
    fields.optional(0x80)
    fields.optional(0x81)
    return fields.take(SEQUENCE)


def _basic(status: str, element: Element) -> OcspResponse:
    outer = Fields(element)
    content, algorithm, signature = outer.take(SEQUENCE), try_algorithm(outer.take(SEQUENCE)), outer.take(BIT_STRING)
    listed = outer.optional(0x80)
    outer.end()
    fields = Fields(content)
    fields.optional(0x80)
    by_name, by_key = fields.optional(0x81), fields.optional(0x82)
    produced = moment(fields.take())
    statuses = tuple(map(_status, sequence_of(fields.take())))
    extensions = fields.optional(0x81)
    fields.end()
    certificates = tuple(map(read_certificate, sequence_of(listed.within()))) if listed else ()
    found = [holds(algorithm, bits(signature), content.encoded, one.key.public) for one in certificates]
    return OcspResponse(
        status,
        read_name(by_name.within()) if by_name else None,
        octets(by_key.within()) if by_key else b"",
        produced,
        statuses,
        extensions_within(extensions),
        algorithm,
        certificates,
        True if True in found else None if None in found or not found else False,
        "" if by_name or by_key else "it does not say who the responder is",
    )


def _status(element: Element) -> CertificateStatus:
    fields = Fields(element)
    serial, state = _serial(fields.take(SEQUENCE)), fields.take(*_STATES)
    revoked, reason = None, None
    if state.tag == _REVOKED:
        parts = state.parts()
        revoked = moment(next(parts, state))
        why = next(parts, None)
        reason = integer(why.within()) if why else None
    this_update, next_update, extensions = moment(fields.take()), fields.optional(0x80), fields.optional(0x81)
    fields.end()
    return CertificateStatus(
        serial,
        _STATES[state.tag],
        revoked,
        reason,
        this_update,
        moment(next_update.within()) if next_update else None,
        extensions_within(extensions),
    )


def _serial(element: Element) -> int:
    fields = Fields(element)
    for _ in range(3):
        fields.take()
    serial = integer(fields.take())
    fields.end()
    return serial
