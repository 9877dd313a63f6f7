"""Distinguished names (X.501) as they are compared, and as text that is safe to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from overheard.certificates.asn1.element import SET, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields, sequence_of
from overheard.certificates.asn1.values import CHARSETS, expect, oid, text
from overheard.words.escaping import printable

# What is shown of one value. A name on a certificate has 64 characters (RFC 5280, A.1).
_MOST = 300
# What is shown of a list. Certificates of large services have some hundred names.
MOST_LISTED = 200

COMMON_NAME, EMAIL_ADDRESS = "2.5.4.3", "1.2.840.113549.1.9.1"
_TYPES = {
    COMMON_NAME: "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.42": "GN",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    EMAIL_ADDRESS: "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}


@dataclass(frozen=True)
class Attribute:
    """One attribute of a name: its type, its value as text, and the form in which it is compared.

    `oddity` is what its type does not allow, in words that follow the attribute; empty if it is as it should be.
    """

    type: str
    value: str
    compared: str | bytes
    oddity: str = ""


@dataclass(frozen=True)
class Name:
    """A distinguished name, as sets of attributes (RDNs) from the top down, and as it is written in a file."""

    rdns: tuple[tuple[Attribute, ...], ...] = ()
    encoded: bytes = b""

    @cached_property
    def key(self) -> tuple[frozenset[tuple[tuple[str, str | bytes], int]], ...]:
        """What is equal for names that clients take as the same; as in OpenSSL, an empty RDN counts for nothing."""
        return tuple(frozenset(Counter((one.type, one.compared) for one in rdn).items()) for rdn in self.rdns if rdn)

    @property
    def oddities(self) -> tuple[str, ...]:
        """What no name should have (RFC 5280, 4.1.2.4), in words, and what clients read all the same."""
        found = []
        if any(not rdn for rdn in self.rdns):
            found.append("has a set without attributes")
        if any(len({one.type for one in rdn}) < len(rdn) for rdn in self.rdns):
            found.append("has a set with the same attribute twice")
        attributes = [one for rdn in self.rdns for one in rdn]
        reasons = [(label(one.type), one.oddity or ("is empty" if not one.value else "")) for one in attributes]
        found += [f"has the attribute {kind}, which {why}" for kind, why in reasons if why]
        return tuple(dict.fromkeys(found))

    def values(self, kind: str) -> list[str]:
        """The values of all attributes of a type."""
        return [one.value for rdn in self.rdns for one in rdn if one.type == kind]

    def __str__(self) -> str:
        """All of it, the last first (RFC 4514), not yet safe to show."""
        return ",".join(
            "+".join(f"{label(one.type)}={_escaped(one.value)}" for one in rdn) or "(nothing)"
            for rdn in reversed(self.rdns)
        )


def read_name(element: Element) -> Name:
    """The name that an element is. Raises Asn1Error if it is none."""
    return Name(tuple(map(read_rdn, sequence_of(element))), element.encoded)


def read_rdn(element: Element, tag: int = SET) -> tuple[Attribute, ...]:
    """One set of attributes."""
    return tuple(map(_attribute, expect(element, tag).parts()))


def label(kind: str) -> str:
    """The short name of a type of attribute, or its OID."""
    return _TYPES.get(kind, kind)


def plain(words: str, most: int = _MOST) -> str:
    """Text that is safe to show: its author chose it, and terminals and the logs of CI services obey it.

    What is not printable is escaped, which includes C0, C1 and what changes the direction of text; and so are `##[`
    and `##vso[`, which CI services obey wherever they are. A line never begins with such text. Of longer text, the
    beginning is shown.
    """
    shown = printable(words[:most]).replace("##", "#\\x23")
    return shown if len(words) <= most else f"{shown}… ({len(words)} characters)"


def called(name: Name) -> str:
    """The short form of `name`: its common name, or all of it (RFC 4514) if it has none."""
    common = name.values(COMMON_NAME)
    return plain(common[-1] if common else str(name)) or "nobody"


def listed(names: Sequence[str]) -> str:
    """Names, separated by commas, or that there are none; of very many, the first."""
    more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
    return (", ".join(names[:MOST_LISTED]) or "none") + more


def minute(moment: datetime) -> str:
    """A time in UTC, to the minute, for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _attribute(element: Element) -> Attribute:
    fields = Fields(element)
    kind, value = oid(fields.take()), fields.take()
    fields.end()
    try:
        written = text(value)
    except Asn1Error:
        # An attribute may have a value of any type, which is compared as it is.
        return Attribute(kind, f"#{value.encoded[:64].hex()}", value.encoded, "is no string")
    return Attribute(kind, written, _compared(written), _oddity(value))


def _oddity(value: Element) -> str:
    """What the type of a string does not allow, of which programs make different text, or none."""
    charset = CHARSETS[value.tag]
    try:
        value.content.decode("ascii" if charset == "latin-1" else charset)
    except UnicodeDecodeError:
        return "has bytes that its type of string does not allow"
    if value.tag == _PRINTABLE and not _PRINTABLE_LETTERS.fullmatch(value.content):
        return "has characters that a PrintableString does not"
    return ""


def _compared(written: str) -> str:
    """Without regard to case and runs of spaces, as OpenSSL compares (RFC 5280, 7.1)."""
    return " ".join(written.split()).translate(_LOWER)


_PRINTABLE = 19
# `*` and `&` are not among those of X.680, 41.4, and yet common, and taken by all.
_PRINTABLE_LETTERS = re.compile(rb"[A-Za-z0-9 '()+,./:=?*&-]*")
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _escaped(value: str) -> str:
    """A value in which what separates values is marked (RFC 4514, 2.4)."""
    return "".join(f"\\{letter}" if letter in ',+"\\<>;=' else letter for letter in value)
