"""Handshake messages in clear, besides hellos, whose body is not what their type has (RFC 5246, 7.4; RFC 8422, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import is_description, is_name, is_token
from overheard_capture.protocols.tls.assigned import GROUPS, SIGNATURES, are_assigned
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.elements import element_of, is_structure
from overheard_capture.protocols.tls.hello_fields import is_cookie
from overheard_capture.protocols.tls.hello_structures import is_ticket
from overheard_capture.protocols.tls.key_values import is_hash, is_long_number, is_public_key, is_signature
from overheard_capture.protocols.tls.ordinary import is_usual_name, says_something

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_REQUEST, _VERIFY_REQUEST, _TICKET, _CERTIFICATE, _SERVER_KEY, _ASKS, _DONE, _VERIFY, _CLIENT_KEY, _FINISHED = (
    *(0, 3, 4, 11, 12, 13, 14, 15, 16, 20),
)
_STATUS, _OCSP, _NAMED_CURVE = 22, 1, 3
# Encrypted extensions, where a NULL cipher suite was chosen.
_ENCRYPTED_EXTENSIONS = 8
# The lengths of a secret under RSA without a length before it, as SSL 3.0 has it.
_RAW = {64, 128, 256, 384, 512}
# How long a ticket lives at most; a generator; and types of certificates that a client may have.
_LONGEST_LIFETIME, _LONGEST_GENERATOR = 366 * 86_400, 2
_TYPES = bytes((1, 2, 3, 4, 5, 6, 20, 21, 22, 64, 65, 66, 67, 68, 238, 239))


def is_ordinary(kind: int, body: bytes) -> bool:
    """Whether a message has the structure of its type, without surplus bytes and without text."""
    check = _CHECKS.get(kind)
    try:
        return check is not None and check(body)
    except TruncatedError:
        return False


def _is_usual_document(der: bytes) -> bool:
    from overheard_capture.protocols.tls.certificate_fields import is_usual_document  # noqa: PLC0415  (few have one)

    return is_usual_document(der)


def _is_empty(body: bytes) -> bool:
    return not body


def _is_verify_request(body: bytes) -> bool:
    """HelloVerifyRequest (RFC 6347, 4.2.1)."""
    cursor = Cursor(body)
    cursor.take(2)
    return is_cookie(bytes(cursor.vector(1).rest())) and not cursor


def _is_ticket(body: bytes) -> bool:
    """NewSessionTicket (RFC 5077, 3.3)."""
    cursor = Cursor(body)
    return cursor.number(4) <= _LONGEST_LIFETIME and is_ticket(bytes(cursor.vector(2).rest())) and not cursor


def _is_certificate(body: bytes) -> bool:
    """A chain of certificates, whose fields are looked at elsewhere, or a raw public key (RFC 7250, 3)."""
    outer = Cursor(body)
    chain = outer.vector(3)
    if outer:
        return False
    whole = bytes(chain.rest())
    if not whole or _is_usual_document(whole):
        return True
    cursor = Cursor(whole)
    while cursor:
        if not is_structure(bytes(cursor.vector(3).rest())):
            return False
    return True


def _is_server_key(body: bytes) -> bool:
    """ServerKeyExchange: parameters of a group, or of numbers, perhaps behind a hint; then a signature."""
    return not says_something(body, may_be_named=True) and any(_fits(body, form) for form in _SERVER_KEYS)


def _is_client_key(body: bytes) -> bool:
    """ClientKeyExchange: an identity, an encrypted secret, or a public key; that of GOST is a structure."""
    if says_something(body, may_be_named=True):
        return False
    return len(body) in _RAW or _is_usual_document(body) or any(_fits(body, form) for form in _CLIENT_KEYS)


def _is_identity(value: bytes) -> bool:
    """Whether this may name somebody who has a key, or hint at it (RFC 4279, 5)."""
    return is_name(value) or is_token(value) or is_description(value)


# What messages consist of: a curve, an algorithm, and vectors with a length of one or two bytes.
_CURVE, _ALGORITHM = -1, -2
_Part = tuple[int, "Callable[[bytes], bool]"]
_POINT: _Part = (1, is_public_key)
_NUMBER: _Part = (2, is_long_number)
_GENERATOR: _Part = (2, lambda value: len(value) <= _LONGEST_GENERATOR or is_long_number(value))
_SALT: _Part = (1, is_hash)
_IDENTITY: _Part = (2, _is_identity)
_SIGNATURE: _Part = (2, is_signature)
_SIGNATURES = ((), (_ALGORITHM, _SIGNATURE), (_SIGNATURE,))
_SERVER_PARAMETERS = (
    (_CURVE, _POINT),
    (_NUMBER, _GENERATOR, _NUMBER),
    (_NUMBER, _GENERATOR, _SALT, _NUMBER),
    (_IDENTITY,),
    (_IDENTITY, _CURVE, _POINT),
    (_IDENTITY, _NUMBER, _GENERATOR, _NUMBER),
)
_SERVER_KEYS = tuple((*each, *signature) for each in _SERVER_PARAMETERS for signature in _SIGNATURES)
_CLIENT_KEYS = ((_NUMBER,), (_POINT,), (_IDENTITY,), (_IDENTITY, _POINT), (_IDENTITY, _NUMBER))


def _fits(body: bytes, form: Iterable[int | _Part]) -> bool:
    cursor = Cursor(body)
    try:
        for part in form:
            if part == _CURVE:
                is_usual = cursor.number(1) == _NAMED_CURVE and are_assigned(bytes(cursor.take(2)), GROUPS)
            elif isinstance(part, int):
                is_usual = are_assigned(bytes(cursor.take(2)), SIGNATURES)
            else:
                is_usual = part[1](bytes(cursor.vector(part[0]).rest()))
            if not is_usual:
                return False
    except TruncatedError:
        return False
    return not cursor


def _is_request(body: bytes) -> bool:
    """CertificateRequest: types, algorithms since TLS 1.2, and names of authorities."""
    return any(_is_request_in(body, with_algorithms=each) for each in (True, False))


def _is_request_in(body: bytes, *, with_algorithms: bool) -> bool:
    cursor = Cursor(body)
    try:
        types = bytes(cursor.vector(1).rest())
        algorithms = bytes(cursor.vector(2).rest()) if with_algorithms else b""
        authorities = cursor.vector(2)
        names = list[bytes]()
        while authorities:
            names.append(bytes(authorities.vector(2).rest()))
    except TruncatedError:
        return False
    usual = all(is_usual_name(element_of(each).content) for each in names)
    return usual and not cursor and not types.translate(None, _TYPES) and are_assigned(algorithms, SIGNATURES)


def _is_signature(body: bytes) -> bool:
    """CertificateVerify."""
    return any(_fits(body, each) for each in _SIGNATURES[1:])


def _is_status(body: bytes) -> bool:
    """CertificateStatus (RFC 6066, 8): a response of OCSP."""
    cursor = Cursor(body)
    return cursor.number(1) == _OCSP and _is_usual_document(bytes(cursor.vector(3).rest())) and not cursor


def _is_any(body: bytes) -> bool:
    return not says_something(body, may_be_named=True)


_CHECKS: dict[int, Callable[[bytes], bool]] = {
    _REQUEST: _is_empty,
    _VERIFY_REQUEST: _is_verify_request,
    _TICKET: _is_ticket,
    _ENCRYPTED_EXTENSIONS: _is_any,
    _CERTIFICATE: _is_certificate,
    _SERVER_KEY: _is_server_key,
    _ASKS: _is_request,
    _DONE: _is_empty,
    _VERIFY: _is_signature,
    _CLIENT_KEY: _is_client_key,
    _FINISHED: _is_any,
    _STATUS: _is_status,
}
