"""A certificate (RFC 5280, 4.1), as far as it can be read: what a strict reader refuses is kept, and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from overheard.certificates.algorithms import Algorithm, holds, try_algorithm
from overheard.certificates.asn1.der import deviations_within
from overheard.certificates.asn1.element import SEQUENCE, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.times import Moment, moment
from overheard.certificates.asn1.values import bits, integer
from overheard.certificates.extensions.read import Extensions, extensions_within
from overheard.certificates.keys import Key, read_key
from overheard.certificates.names import Name, read_name


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate. `version` is as people count, from 1; `says_version` is whether it is written.

    Two are the same if all their bytes are.
    """

    encoded: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    version: int
    serial: int
    issuer: Name
    begins: Moment
    ends: Moment
    subject: Name
    key: Key
    extensions: Extensions
    algorithm: Algorithm
    named_algorithm: Algorithm
    signature: bytes = field(repr=False)
    says_version: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.encoded == other.encoded

    def __hash__(self) -> int:
        return hash(self.encoded)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all of it, with colons."""
        return sha256(self.encoded).digest().hex(":")

    @property
    def self_issued(self) -> bool:
        """Whether issuer and subject are the same."""
        return self.issuer.key == self.subject.key

    @cached_property
    def not_der(self) -> tuple[str, ...]:
        """What of it is BER but not DER, in words."""
        return tuple(dict.fromkeys(_not_der(self)))

    def signed_by(self, key: Key) -> bool | None:
        """Whether a key made its signature; None if that cannot be checked here."""
        if self.algorithm.encoded != self.named_algorithm.encoded:
            # OpenSSL then takes no signature (RFC 5280, 4.1.1.2).
            return False
        return holds(self.algorithm, self.signature, self.signed, key.public)


def read_certificate(element: Element) -> Certificate:
    """The certificate that an element is. Raises Asn1Error if it is none."""
    outer = Fields(element)
    content, algorithm, signature = outer.take(SEQUENCE), outer.take(SEQUENCE), outer.take()
    outer.end()
    fields = Fields(content)
    version = fields.optional(0x80)
    serial, named, issuer = integer(fields.take()), fields.take(SEQUENCE), read_name(fields.take())
    validity = Fields(fields.take(SEQUENCE))
    begins, ends = moment(validity.take()), moment(validity.take())
    subject, key = read_name(fields.take()), read_key(fields.take())
    # Identifiers of issuer and subject, which nobody uses (RFC 5280, 4.1.2.8).
    fields.optional(0x81)
    fields.optional(0x82)
    extensions = fields.optional(0x83)
    fields.end()
    number = integer(version.within()) if version else 0
    listed = extensions_within(extensions)
    return Certificate(
        element.encoded,
        content.encoded,
        number + 1,
        serial,
        issuer,
        begins,
        ends,
        subject,
        key,
        listed,
        try_algorithm(algorithm),
        try_algorithm(named),
        bits(signature),
        version is not None,
    )


def _not_der(certificate: Certificate) -> Iterator[str]:
    """What of it is BER but not DER; the extensions are elements within strings."""
    yield from deviations_within(certificate.encoded)
    if certificate.version == 1 and certificate.says_version:
        yield "the version 1 is written, which is the default"
    for one in certificate.extensions.all:
        if one.explicit_default:
            yield "an extension says that it is not critical, which is the default"
        if one.value is not None:
            yield from deviations_within(one.data)
