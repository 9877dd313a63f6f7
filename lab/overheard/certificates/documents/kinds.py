"""What an element is, by its content: labels and endings of files are often wrong. A new kind is one more row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from overheard.certificates.asn1.element import BIT_STRING, OID, SEQUENCE, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.documents.certificate import read_certificate
from overheard.certificates.documents.ocsp import (
    is_ocsp_request,
    is_ocsp_response,
    read_ocsp_request,
    read_ocsp_response,
)
from overheard.certificates.documents.pkcs7 import is_pkcs7, read_pkcs7
from overheard.certificates.documents.pkcs12 import is_pkcs12, read_pkcs12
from overheard.certificates.documents.private_key import (
    is_ec,
    is_encrypted,
    is_pkcs8,
    is_rsa,
    is_rsa_public,
    read_dsa,
    read_ec,
    read_encrypted,
    read_pkcs8,
    read_rsa,
    read_rsa_public,
)
from overheard.certificates.documents.request import is_request, read_request
from overheard.certificates.documents.revocation_list import is_revocation_list, read_revocation_list
from overheard.certificates.keys import read_key

CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Kind:
    """One kind of document: what it is called, whether an element looks like it, and what reads it."""

    name: str
    fits: Callable[[Element], bool]
    read: Callable[[Element], Any]


def _is_certificate(element: Element) -> bool:
    """Whether it has the outline of all that is signed: content, algorithm, signature."""
    try:
        fields = Fields(element)
        fields.take(SEQUENCE)
        Fields(fields.take(SEQUENCE)).take(OID)
        fields.take(BIT_STRING)
    except Asn1Error:
        return False
    return True


def _is_public_key(element: Element) -> bool:
    try:
        fields = Fields(element)
        Fields(fields.take(SEQUENCE)).take(OID)
        fields.take(BIT_STRING)
        fields.end()
    except Asn1Error:
        return False
    return True


def _is_dsa(element: Element) -> bool:
    try:
        return [one.tag for one in islice(element.parts(), 7)] == [2] * 6
    except Asn1Error:
        return False


KINDS = (
    Kind("PKCS #12 store", is_pkcs12, read_pkcs12),
    Kind("PKCS #7 message", is_pkcs7, read_pkcs7),
    Kind("OCSP response", is_ocsp_response, read_ocsp_response),
    Kind("OCSP request", is_ocsp_request, read_ocsp_request),
    Kind("certificate revocation list", is_revocation_list, read_revocation_list),
    Kind("certificate signing request", is_request, read_request),
    Kind("public key", _is_public_key, read_key),
    Kind("public key", is_rsa_public, read_rsa_public),
    Kind("private key", is_rsa, read_rsa),
    Kind("private key", is_pkcs8, read_pkcs8),
    Kind("encrypted private key", is_encrypted, read_encrypted),
    Kind("private key", is_ec, read_ec),
    Kind("private key", _is_dsa, read_dsa),
    Kind(CERTIFICATE, _is_certificate, read_certificate),
)


def kind_of(element: Element) -> Kind | None:
    """The kind of document that an element is; None if it is none of them."""
    return next((kind for kind in KINDS if kind.fits(element)), None)
