"""Requests, revocation lists, OCSP, keys and bundles in words: a title, and a few lines each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from overheard.certificates.asn1.times import Moment
from overheard.certificates.documents.ocsp import OcspRequest, OcspResponse
from overheard.certificates.documents.pkcs7 import SignedData
from overheard.certificates.documents.pkcs12 import KeyStore
from overheard.certificates.documents.private_key import PrivateKey
from overheard.certificates.documents.request import Request
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.extensions.kinds import SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.extensions.read import Extensions
from overheard.certificates.extensions.words import number_in_hex, reason
from overheard.certificates.general_names import in_words
from overheard.certificates.keys import Key
from overheard.certificates.names import called, minute, plain
from overheard.certificates.to_check import to_check
from overheard.words.counting import count

# A list of a public CA has many thousands.
_MOST_ENTRIES = 10

Line = tuple[str, str]
_PROOF: dict[bool | None, str] = {
    True: "which proves possession of the key",
    False: "which does not hold: it was changed, or is of another key",
    None: "which cannot be checked here",
}

_SIGNED: dict[bool | None, str] = {
    True: "by the key of a certificate in it",
    False: "which does not hold: it was changed, or is of none of the certificates in it",
    None: "which cannot be checked without the responder's certificate",
}


@dataclass(frozen=True)
class Document:
    """What is not a certificate: what it is called, and lines of a label and words that are safe to show.

    `public_key` is the SHA-256 of a key's public part, empty if that is not known.
    """

    kind: str
    lines: tuple[Line, ...]
    public_key: str = ""


def describe(kind: str, value: Any) -> Document:  # noqa: ANN401  (what the reader of that kind returns)
    """A document in words."""
    return Document(kind, tuple(_LINES[type(value)](value)), _fingerprint(value))


def written(moment: Moment | None) -> str:
    """A time in words, or as it is written if that is no time."""
    if moment is None:
        return "no time at all"
    return minute(moment.when) if moment.when else f"no time: {plain(moment.written)!r}"


def extension_lines(extensions: Extensions) -> Iterator[Line]:
    """One line for each extension."""
    for one in extensions.all:
        yield "extension", f"{plain(one.name)}{', critical' if one.critical else ''}: {one.says}"
    if extensions.problem:
        yield "extension", f"those that follow cannot be read: {extensions.problem}"


def _public(key: Key) -> Iterator[Line]:
    yield "key", str(key)
    yield "SHA-256", key.fingerprint


def _fingerprint(value: object) -> str:
    if isinstance(value, Key):
        return value.fingerprint
    key = value.key if isinstance(value, PrivateKey) else None
    return key.fingerprint if key and key.encoded else ""


def _private(key: PrivateKey) -> Iterator[Line]:
    if key.key is None:
        yield "encrypted", f"with {key.encrypted}: without its password, nothing else is known of it"
        return
    yield "key", f"{key.key}, which is not encrypted: who has this file has the key"
    if key.key.encoded:
        yield "public key", f"SHA-256 {key.key.fingerprint}"


def _request(request: Request) -> Iterator[Line]:
    yield "asks", f'for a certificate as "{called(request.subject)}", which a CA has still to sign'
    yield "subject", plain(str(request.subject)) or "none"
    names = request.extensions.value(SUBJECT_ALTERNATIVE_NAME)
    yield "names", in_words(names) if names else "none"
    yield "key", str(request.key)
    yield "signature", f"{request.algorithm}, {_PROOF[request.signature_holds]}"
    yield from extension_lines(request.extensions)
    for other in request.other:
        yield "also", other
    for one in to_check(request):
        yield "to check", one


def _list(revocations: RevocationList) -> Iterator[Line]:
    yield "issuer", f'"{called(revocations.issuer)}"'
    yield "issued", written(revocations.issued)
    yield "next one", written(revocations.due) if revocations.due else "no time is said"
    number = len(revocations.entries)
    yield "revoked", count(number, "certificate") if number else "no certificates"
    for serial, entry in islice(revocations.entries.items(), _MOST_ENTRIES):
        yield "", f"{number_in_hex(serial)} on {written(entry.revoked)}{_why(entry.reason)}"
    yield from _more_than_shown(number)
    yield "signature", str(revocations.algorithm)
    yield from extension_lines(revocations.extensions)


def _response(response: OcspResponse) -> Iterator[Line]:
    yield "status", response.status
    if response.produced is None:
        return
    yield "produced", written(response.produced)
    yield "responder", f'"{called(response.responder)}"' if response.responder else f"key {response.key_hash.hex(':')}"
    for one in islice(response.statuses, _MOST_ENTRIES):
        when = f" on {written(one.revoked)}" if one.revoked else ""
        yield "certificate", f"{number_in_hex(one.serial)} is {one.state}{when}{_why(one.reason)}"
        then = f"next update {written(one.next_update)}" if one.next_update else "there is always a newer one"
        yield "", f"this update {written(one.this_update)}, {then}"
        yield from extension_lines(one.extensions)
    yield from _more_than_shown(len(response.statuses))
    yield "signature", f"{response.algorithm}, {_SIGNED[response.holds]}"
    for each in response.certificates:
        yield "has", f'the certificate of "{called(each.subject)}", which is not checked'
    yield from extension_lines(response.extensions)


def _asked(request: OcspRequest) -> Iterator[Line]:
    for serial in islice(request.serials, _MOST_ENTRIES):
        yield "asks", f"for the status of the certificate {number_in_hex(serial)}"
    yield from _more_than_shown(len(request.serials))
    yield from extension_lines(request.extensions)


def _why(code: int | None) -> str:
    """The reason of a revocation, if one is said."""
    return f": {reason(code)}" if code is not None else ""


def _more_than_shown(number: int) -> Iterator[Line]:
    """How many of so many entries are not shown, if any."""
    if number > _MOST_ENTRIES:
        yield "", f"and {number - _MOST_ENTRIES:,} more"


def _signed(message: SignedData) -> Iterator[Line]:
    yield "type", message.type
    if message.certificates or message.lists or message.signers:
        lists = count(len(message.lists), "revocation list")
        yield "has", f"{count(len(message.certificates), 'certificate')}, {lists}"
        yield "signed", f"by {message.signers or 'nobody'}"


def _store(store: KeyStore) -> Iterator[Line]:
    yield "password", f"is checked with {store.mac}" if store.mac else "is not checked"
    yield "has", f"{count(len(store.certificates), 'certificate')}, not encrypted"
    for key in store.keys:
        yield "private key", str(key.key) if key.key else f"encrypted with {key.encrypted}"
    for sealed in store.sealed:
        yield (
            "encrypted",
            f"{sealed}: without its password, `openssl pkcs12 -nokeys -in FILE` alone shows what is in it",
        )
    for other in store.other:
        yield "also", other


_LINES: dict[type, Callable[[Any], Iterator[Line]]] = {
    Key: _public,
    PrivateKey: _private,
    Request: _request,
    RevocationList: _list,
    OcspResponse: _response,
    OcspRequest: _asked,
    SignedData: _signed,
    KeyStore: _store,
}
