"""The extensions as values: what each says (RFC 5280, 4.2 and 5.2). Every reader raises Asn1Error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from overheard.certificates.asn1.element import NULL, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields, sequence_of
from overheard.certificates.asn1.values import boolean, expect, integer, named_bits, octets, oid, small
from overheard.certificates.general_names import (
    GeneralName,
    Kind,
    read_general_name,
    read_general_names,
    read_relative_name,
)
from overheard.certificates.names import listed, minute, plain
from overheard.words.counting import count

SERVER_AUTH, ANY_PURPOSE = "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"
# What Netscape and Microsoft called servers of strong encryption; OpenSSL takes either as a server's.
SERVER_PURPOSES = frozenset({SERVER_AUTH, "2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"})
# The numbers of key usages (RFC 5280, 4.2.1.3).
DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, KEY_AGREEMENT, KEY_CERT_SIGN, CRL_SIGN = 0, 2, 4, 5, 6
# The reason of an entry that is taken off a list again (RFC 5280, 5.3.1).
REMOVED = 8


@dataclass(frozen=True)
class BasicConstraints:
    """Whether it is a CA, and how many others may be below it (RFC 5280, 4.2.1.9)."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True)
class AuthorityKey:
    """Which key and which certificate of the issuer is meant (RFC 5280, 4.2.1.1)."""

    identifier: bytes | None
    issuer: tuple[GeneralName, ...]
    serial: int | None


@dataclass(frozen=True)
class Subtree:
    """Names that are permitted or excluded; `odd` is whether it has the limits that RFC 5280, 4.2.1.10, forbids."""

    base: GeneralName
    odd: bool


@dataclass(frozen=True)
class NameConstraints:
    """Names that a CA may certify, and that it may not."""

    permitted: tuple[Subtree, ...]
    excluded: tuple[Subtree, ...]


@dataclass(frozen=True)
class Scope:
    """Which certificates a revocation list is about (RFC 5280, 5.2.5)."""

    points: tuple[GeneralName, ...]
    only: frozenset[str]


def read_basic(element: Element) -> BasicConstraints:
    """Basic constraints (4.2.1.9)."""
    fields = Fields(element)
    ca = fields.optional(1)
    length = fields.optional(2)
    fields.end()
    path_length = integer(length) if length else None
    if path_length is not None and path_length < 0:
        raise Asn1Error("its path length is below zero")
    if path_length is not None and path_length >= 1 << 32:
        raise OddValueError("its path length is too large")
    return BasicConstraints(boolean(ca) if ca else False, path_length)


class OddValueError(Asn1Error):
    """A value that strict readers refuse, and OpenSSL takes."""


def read_usage(element: Element) -> frozenset[int]:
    """The key usages (RFC 5280, 4.2.1.3), of which there must be one."""
    found = named_bits(element)
    if not found:
        raise Asn1Error("it allows no use at all")
    return found


def read_purposes(element: Element) -> tuple[str, ...]:
    """The OIDs of the purposes, of which there must be one (4.2.1.12)."""
    found = tuple(map(oid, sequence_of(element)))
    if not found:
        raise Asn1Error("it is empty, and must have a purpose")
    return found


def _some(element: Element) -> list[Element]:
    """The elements of a SEQUENCE of which there must be one."""
    found = sequence_of(element)
    if not found:
        raise OddValueError("it is empty")
    return found


def read_authority(element: Element) -> AuthorityKey:
    """An authority key identifier (4.2.1.1)."""
    fields = Fields(element)
    key, issuer, serial = fields.optional(0x80), fields.optional(0x81), fields.optional(0x82)
    fields.end()
    return AuthorityKey(
        octets(key, 0x80) if key else None,
        read_general_names(issuer, 0x81) if issuer else (),
        integer(serial, 0x82) if serial else None,
    )


def read_constraints(element: Element) -> NameConstraints:
    """Name constraints (4.2.1.10), of which there must be one."""
    fields = Fields(element)
    permitted, excluded = fields.optional(0x80), fields.optional(0x81)
    fields.end()
    if permitted is None and excluded is None:
        raise OddValueError("it is empty")
    return NameConstraints(_subtrees(permitted), _subtrees(excluded))


def _subtrees(element: Element | None) -> tuple[Subtree, ...]:
    return tuple(map(_subtree, element.parts())) if element else ()


def _subtree(element: Element) -> Subtree:
    fields = Fields(element)
    base = read_general_name(fields.take())
    least, most = fields.optional(0x80), fields.optional(0x81)
    fields.end()
    if base.kind is Kind.IP and len(base.octets) not in {8, 32}:
        raise OddValueError(f"an address in it has {len(base.octets)} octets instead of 8 or 32")
    return Subtree(base, most is not None or (least is not None and integer(least, 0x80) != 0))


def read_points(element: Element) -> tuple[GeneralName, ...]:
    """The places of revocation lists (4.2.1.13)."""
    names: list[GeneralName] = []
    for point in _some(element):
        fields = Fields(point)
        where = fields.optional(0x80)
        fields.optional(0x81)
        issuer = fields.optional(0x82)
        fields.end()
        names += _point_names(where) or (read_general_names(issuer, 0x82) if issuer else ())
    return tuple(names)


def _point_names(where: Element | None) -> tuple[GeneralName, ...]:
    """The names of a distribution point: full ones, or one below the name of the issuer."""
    if where is None:
        return ()
    named = where.within()
    return read_general_names(named, 0x80) if named.tag == 0x80 else (read_relative_name(named, 0x81),)


def read_scope(element: Element) -> Scope:
    """The scope of a revocation list (5.2.5)."""
    fields = Fields(element)
    where = fields.optional(0x80)
    only = set()
    for tag, words in ((0x81, "server"), (0x82, "CA"), (0x83, "reasons"), (0x84, "indirect"), (0x85, "attribute")):
        found = fields.optional(tag)
        # A list about some reasons only has bits there, every other field is TRUE or FALSE.
        if found is not None and (tag == 0x83 or found.content != b"\0"):
            only.add(words)
    fields.end()
    return Scope(_point_names(where), frozenset(only))


def read_access(element: Element) -> tuple[tuple[str, GeneralName], ...]:
    """Where services of the issuer are, each with the OID of its kind (4.2.2.1)."""
    found = []
    for one in _some(element):
        fields = Fields(one)
        found.append((oid(fields.take()), read_general_name(fields.take())))
        fields.end()
    return tuple(found)


def read_policies(element: Element) -> tuple[str, ...]:
    """The OIDs of policies (4.2.1.4)."""
    return tuple(oid(Fields(one).take()) for one in _some(element))


def read_mappings(element: Element) -> tuple[str, ...]:
    """Which policies are the same (4.2.1.5), in words."""
    pairs = [Fields(one) for one in _some(element)]
    return tuple(f"{oid(pair.take())} is {oid(pair.take())} of its issuer" for pair in pairs)


def read_policy_constraints(element: Element) -> str:
    """Policy constraints (4.2.1.11), in words."""
    fields = Fields(element)
    explicit, inhibit = fields.optional(0x80), fields.optional(0x81)
    fields.end()
    words = [f"a policy is required after {count(small(explicit, 0x80), 'more CA')}"] if explicit else []
    return listed(words + ([f"no mapping after {count(small(inhibit, 0x81), 'more CA')}"] if inhibit else []))


def read_features(element: Element) -> tuple[int, ...]:
    """The numbers of extensions of TLS that a server must use (RFC 7633)."""
    return tuple(map(small, sequence_of(element)))


def read_timestamps(element: Element) -> tuple[str, ...]:
    """When each log saw it (RFC 6962, 3.3): a list in a string, both with lengths of two octets."""
    data = octets(element)
    if len(data) < 2 or int.from_bytes(data[:2]) != len(data) - 2:
        raise Asn1Error("the list of timestamps has another length than it says")
    found, at = [], 2
    while at < len(data):
        size = int.from_bytes(data[at : at + 2])
        one = data[at + 2 : at + 2 + size]
        if size < 41 or len(one) < size:
            raise Asn1Error("a timestamp ends early")
        # The version, the log, and milliseconds.
        seconds = int.from_bytes(one[33:41]) // 1000
        if seconds > 2**37:
            raise Asn1Error("a timestamp is beyond all calendars")
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        found.append(f"{minute(when)} by log {short_hex(one[1:33])}")
        at += 2 + size
    return tuple(found)


def read_period(element: Element) -> str:
    """When the private key may be used, in words."""
    words = {0x80: "from", 0x81: "to"}
    return listed(
        [f"{words[one.tag]} {plain(one.content.decode('latin-1'))}" for one in element.parts() if one.tag in words]
    )


def read_null(element: Element) -> None:
    """NULL: that the extension is there says all."""
    expect(element, NULL)


def short_hex(data: bytes) -> str:
    """The first eight octets in hexadecimal."""
    return (data[:8].hex() + "…" * (len(data) > 8)) or "none"
