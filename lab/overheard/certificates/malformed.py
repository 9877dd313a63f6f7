"""What is malformed in a document that is no certificate: what cannot be read is never `nothing wrong`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from overheard.certificates.asn1.der import NO_BER, deviations, deviations_within, is_any_empty, unreadable
from overheard.certificates.asn1.element import Asn1Error, Element
from overheard.certificates.asn1.times import Moment
from overheard.certificates.documents.ocsp import OcspRequest, OcspResponse
from overheard.certificates.documents.pkcs7 import SignedData
from overheard.certificates.documents.pkcs12 import KeyStore
from overheard.certificates.documents.private_key import PrivateKey
from overheard.certificates.documents.request import Request
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.extensions.read import Extensions
from overheard.certificates.extensions.words import number_in_hex
from overheard.certificates.keys import Key
from overheard.certificates.names import Name, plain

# Of a list in which all entries are malformed.
_MOST = 10
# Serial numbers are positive, and have up to 20 octets (RFC 5280, 4.1.2.2).
_LONGEST_SERIAL = 8 * 20

# How times are written in OCSP.
_GENERALIZED = "4.1.2.5.2"


def malformed(element: Element, value: object) -> tuple[str, ...]:
    """What is malformed in an element, which was read as `value`, in words that are safe to show; each once."""
    return tuple(dict.fromkeys(map(plain, _all(element, value))))


def _all(element: Element, value: object) -> Iterator[str]:
    try:
        yield from unreadable(element)
        found = deviations(element)
        # Messages and stores may be BER (RFC 5652, 1, and RFC 7292, 4).
        yield from (one for one in found if one in NO_BER or not isinstance(value, SignedData | KeyStore))
    except Asn1Error as problem:
        yield f"a part cannot be read: {problem}"
    match value:
        case RevocationList():
            if is_any_empty(element):
                yield "a SEQUENCE is empty, which must then be left out"
            yield from _list(value)
        case Request():
            yield from _request(value)
        case OcspResponse():
            yield from _response(value)
        case OcspRequest():
            yield from _extensions(value.extensions)
        case _:
            yield from filter(None, [_problem(value)])


def _problem(value: object) -> str:
    """What of a bundle or a key cannot be read; empty if all can."""
    match value:
        case SignedData() | KeyStore():
            return value.problem
        case PrivateKey():
            return value.key.unreadable if value.key else ""
        case Key():
            return value.unreadable
    return ""


def _request(request: Request) -> Iterator[str]:
    yield from _name("subject", request.subject)
    yield from _extensions(request.extensions)
    if request.key.unreadable:
        yield f"its key cannot be read: {request.key.unreadable}"
    if request.signature_holds is False:
        yield "its signature does not hold"


def _response(response: OcspResponse) -> Iterator[str]:
    if response.problem:
        yield response.problem
    if response.responder:
        yield from _name("responder", response.responder)
    if response.produced:
        yield from _time("the time at which it was produced", response.produced, _GENERALIZED)
    if response.holds is False:
        yield "its signature does not hold"
    yield from _extensions(response.extensions)
    for one in response.statuses[:_MOST]:
        for what, when in (("this update", one.this_update), ("the next update", one.next_update)):
            if when:
                yield from _time(f"the time of {what}", when, _GENERALIZED)
        if one.revoked:
            yield from _time("the time of a revocation", one.revoked, _GENERALIZED)
        yield from _extensions(one.extensions)


def _list(revocations: RevocationList) -> Iterator[str]:
    yield from _name("issuer", revocations.issuer)
    if not revocations.issuer.key:
        yield "its issuer has no name"
    if not revocations.signature:
        yield "its signature is empty"
    yield from _time("the time at which it was issued", revocations.issued)
    if revocations.due:
        yield from _time("the time of the next one", revocations.due)
    if revocations.algorithm.encoded != revocations.named_algorithm.encoded:
        yield "it names another algorithm than that of its signature"
    # Version 2 has the number 1, and a list of version 1 has none (RFC 5280, 5.1.2.1).
    if revocations.version not in {None, 1}:
        yield f"its version has the number {number_in_hex(revocations.version or 0)}, of which there is none"
    elif revocations.version is None and revocations.extensions.all:
        yield "it has extensions, and does not say that it is of version 2"
    yield from _extensions(revocations.extensions)
    yield from islice(_entries(revocations), _MOST)


def _entries(revocations: RevocationList) -> Iterator[str]:
    for serial, entry in revocations.entries.items():
        if serial <= 0 or serial.bit_length() > _LONGEST_SERIAL:
            yield f"it revokes the serial number {number_in_hex(serial)}, which no certificate may have"
        yield from _time(f"the time at which {number_in_hex(serial)} was revoked", entry.revoked)
        yield from (f"in the entry of {number_in_hex(serial)}, {problem}" for problem in entry.problems)


def _time(what: str, moment: Moment, rule: str = "5.1.2.4") -> Iterator[str]:
    if moment.when is None:
        yield f"{what} cannot be read: {moment.written!r}"
    elif not moment.strict:
        yield f"{what} is not written as it must be (RFC 5280, {rule}): {moment.written!r}"


def _name(whose: str, name: Name) -> Iterator[str]:
    yield from (f"the name of its {whose} {oddity}" for oddity in name.oddities)


def _extensions(extensions: Extensions) -> Iterator[str]:
    yield from extensions.problems
    for one in extensions.all:
        if one.value is not None:
            yield from deviations_within(one.data)
