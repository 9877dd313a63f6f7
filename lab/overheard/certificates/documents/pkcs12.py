"""PKCS #12 (RFC 7292): certificates and keys under a password. Without it, what is not encrypted is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from overheard.certificates.asn1.element import INTEGER, OID, SEQUENCE, SET, Asn1Error, Element, parse
from overheard.certificates.asn1.fields import Fields, sequence_of, set_of
from overheard.certificates.asn1.values import octets, oid, small
from overheard.certificates.documents.pkcs7 import DATA, ENCRYPTED, check_attribute
from overheard.certificates.documents.private_key import PrivateKey, encryption, read_encrypted, read_pkcs8

_BAG = "1.2.840.113549.1.12.10.1."
_KEY, _SHROUDED, _CERTIFICATE, _LIST, _SECRET, _NESTED = (f"{_BAG}{number}" for number in range(1, 7))


@dataclass
class KeyStore:
    """What is in it, as far as no password is needed. `sealed` tells of each part that is encrypted how.

    `problem` is what follows where nothing may.
    """

    mac: str = ""
    certificates: list[Element] = field(default_factory=list)
    lists: list[Element] = field(default_factory=list)
    keys: list[PrivateKey] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    problem: str = ""


def read_pkcs12(element: Element) -> KeyStore:
    """The store that an element is. Raises Asn1Error if it is none."""
    fields = Fields(element)
    fields.take(INTEGER)
    safe, mac = Fields(fields.take(SEQUENCE)), fields.optional(SEQUENCE)
    store = KeyStore()
    if mac:
        _read_mac(mac, store)
    if oid(safe.take()) != DATA:
        store.sealed.append("all of it, in an envelope for a recipient")
        return store
    for part in sequence_of(parse(_data(safe), safe_depth(element))):
        _read_part(part, store)
    store.problem = store.problem or safe.behind or fields.behind
    return store


def safe_depth(element: Element) -> int:
    """How deep what is in strings of an element begins to count, so that nesting stays bounded."""
    return element.depth + 4


def is_pkcs12(element: Element) -> bool:
    """Whether an element is such a store: the number 3, and then a PKCS #7 message."""
    try:
        fields = Fields(element)
        version = fields.take(INTEGER)
        Fields(fields.take(SEQUENCE)).take(OID)
        return small(version) == 3
    except Asn1Error:
        return False


def _data(fields: Fields) -> bytes:
    return octets(fields.take(0x80).within())


def _read_part(part: Element, store: KeyStore) -> None:
    fields = Fields(part)
    kind = oid(fields.take())
    if kind == DATA:
        _read_bags(parse(_data(fields), safe_depth(part)), store)
    elif kind == ENCRYPTED:
        inner = Fields(fields.take(0x80).within())
        inner.take(INTEGER)
        message = Fields(inner.take(SEQUENCE))
        message.take()
        store.sealed.append(f"a part with {encryption(message.take(SEQUENCE))}")
    else:
        store.sealed.append("a part in an envelope for a recipient")


def _read_bags(bags: Element, store: KeyStore) -> None:
    for bag in sequence_of(bags):
        fields = Fields(bag)
        kind, value = oid(fields.take()), fields.take(0x80).within()
        if kind == _KEY:
            store.keys.append(read_pkcs8(value))
        elif kind == _SHROUDED:
            store.keys.append(read_encrypted(value))
        elif kind in {_CERTIFICATE, _LIST}:
            inner = Fields(value)
            inner.take(OID)
            found = parse(octets(inner.take(0x80).within()), safe_depth(bag))
            (store.certificates if kind == _CERTIFICATE else store.lists).append(found)
        elif kind == _NESTED:
            _read_bags(value, store)
        else:
            store.other.append("a secret, not shown" if kind == _SECRET else f"a bag of the kind {kind}")
        for attribute in set_of(fields.take(SET)) if fields.left else ():
            check_attribute(attribute)
        fields.end()


def _read_mac(element: Element, store: KeyStore) -> None:
    """The check of the password, in words: its digest, and how often the password is hashed (1 if not said)."""
    fields = Fields(element)
    digest = Fields(Fields(fields.take(SEQUENCE)).take(SEQUENCE))
    name = _DIGESTS.get(kind := oid(digest.take()), kind)
    fields.take()
    iterations = fields.optional(INTEGER)
    times = small(iterations) if iterations else 1
    store.mac = f"{name}, {times:,} iterations"
    store.problem = fields.behind or ("" if times > 0 else f"its password is hashed {times} times")


_DIGESTS = {
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "1.2.840.113549.1.5.14": "PBMAC1",
}
