"""A certificate revocation list (RFC 5280, 5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from overheard.certificates.algorithms import Algorithm, holds, try_algorithm
from overheard.certificates.asn1.element import INTEGER, SEQUENCE, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.times import GENERALIZED_TIME, UTC_TIME, Moment, moment
from overheard.certificates.asn1.values import bits, integer
from overheard.certificates.extensions.kinds import CERTIFICATE_ISSUER, REASON
from overheard.certificates.extensions.read import Extensions, extensions_within, read_extensions
from overheard.certificates.keys import Key
from overheard.certificates.names import Name, read_name


@dataclass(frozen=True)
class Entry:
    """One revoked certificate: when, why (None if that is not said), and of which issuer if not the list's.

    `problems` are what of its extensions cannot be read.
    """

    revoked: Moment
    reason: int | None
    issuer: Name | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RevocationList:
    """A list: who issued it, when, when the next one is due, and which serial numbers are on it.

    `version` is the number that is written, one less than what it stands for; None if there is none.
    """

    encoded: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    issuer: Name
    issued: Moment
    due: Moment | None
    entries: dict[int, Entry] = field(repr=False)
    extensions: Extensions
    algorithm: Algorithm
    named_algorithm: Algorithm
    signature: bytes = field(repr=False)
    version: int | None = None

    def signed_by(self, key: Key) -> bool | None:
        """Whether a key made its signature; None if that cannot be checked here."""
        if self.algorithm.encoded != self.named_algorithm.encoded:
            return False
        return holds(self.algorithm, self.signature, self.signed, key.public)


def read_revocation_list(element: Element) -> RevocationList:
    """The list that an element is. Raises Asn1Error if it is none."""
    outer = Fields(element)
    content, algorithm, signature = outer.take(SEQUENCE), outer.take(SEQUENCE), outer.take()
    outer.end()
    fields = Fields(content)
    version = fields.optional(INTEGER)
    named, issuer, issued = fields.take(SEQUENCE), read_name(fields.take()), moment(fields.take())
    due = fields.optional(UTC_TIME, GENERALIZED_TIME)
    entries = fields.optional(SEQUENCE)
    extensions = fields.optional(0x80)
    fields.end()
    return RevocationList(
        element.encoded,
        content.encoded,
        issuer,
        issued,
        moment(due) if due else None,
        _entries(entries) if entries else {},
        extensions_within(extensions),
        try_algorithm(algorithm),
        try_algorithm(named),
        bits(signature),
        integer(version) if version else None,
    )


def _entries(element: Element) -> dict[int, Entry]:
    """The entries by serial number. In an indirect list, each is of the issuer that was named last (5.3.3)."""
    found: dict[int, Entry] = {}
    issuer: Name | None = None
    for part in element.parts():
        fields = Fields(part)
        serial, revoked = integer(fields.take()), moment(fields.take())
        extensions = read_extensions(fields.optional(SEQUENCE))
        fields.end()
        named = extensions.value(CERTIFICATE_ISSUER) or ()
        issuer = next((one.name for one in named if one.name), issuer)
        entry = Entry(revoked, extensions.value(REASON), issuer, extensions.problems)
        if serial not in found:
            found[serial] = entry
    return found


def is_revocation_list(element: Element) -> bool:
    """Whether an element is such a list, and no certificate: a time comes where a certificate has its validity."""
    try:
        fields = Fields(Fields(element).take(SEQUENCE))
        fields.optional(INTEGER)
        fields.take(SEQUENCE)
        fields.take(SEQUENCE)
        fields.take(UTC_TIME, GENERALIZED_TIME)
    except Asn1Error:
        return False
    return True
