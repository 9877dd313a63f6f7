"""Reads extensions, each on its own: one that cannot be read says why, and the others are as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from overheard.certificates.asn1.element import Asn1Error, Element, first
from overheard.certificates.asn1.fields import Fields, sequence_of
from overheard.certificates.asn1.values import boolean, octets, oid
from overheard.certificates.extensions.kinds import KINDS
from overheard.certificates.extensions.values import OddValueError, short_hex
from overheard.words.counting import count


@dataclass(frozen=True)
class Extension:
    """One extension. `value` is what it says, None if it is unknown, or cannot be read, which `problem` explains.

    `odd` is whether only strict readers find that it cannot be read. `explicit_default` is whether `critical` is
    written though it is FALSE, which DER forbids (X.690, 11.5).
    """

    oid: str
    critical: bool
    data: bytes
    value: Any = None
    problem: str = ""
    odd: bool = False
    explicit_default: bool = False

    @property
    def name(self) -> str:
        """Its name in its standard, or its OID."""
        return KINDS[self.oid].name if self.oid in KINDS else self.oid

    @property
    def handled(self) -> bool:
        """Whether OpenSSL accepts it where it is critical."""
        return self.oid in KINDS and KINDS[self.oid].handled

    @property
    def needed(self) -> bool:
        """Whether OpenSSL refuses a certificate in which it cannot be read."""
        return self.oid in KINDS and KINDS[self.oid].needed and not self.odd

    @property
    def says(self) -> str:
        """What it says, in words that are safe to show."""
        if self.problem:
            return f"cannot be read: {self.problem}"
        if self.oid not in KINDS:
            return f"unknown, {count(len(self.data), 'byte')}: {short_hex(self.data)}" if self.data else "unknown"
        return KINDS[self.oid].say(self.value)


@dataclass(frozen=True)
class Extensions:
    """All extensions, in order; and why the list as a whole cannot be read beyond them, if so."""

    all: tuple[Extension, ...] = ()
    problem: str = ""

    def find(self, oid: str) -> Extension | None:
        """The first extension of a kind."""
        return next((one for one in self.all if one.oid == oid), None)

    def value(self, oid: str) -> Any:  # noqa: ANN401  (each kind has its own)
        """What the extension of a kind says; None if there is none, or if it cannot be read."""
        found = self.find(oid)
        return found.value if found else None

    def unreadable(self, oid: str) -> bool:
        """Whether it is unknown what an extension says: it is there and cannot be read, or the list cannot be."""
        found = self.find(oid)
        return bool(found.problem) if found else bool(self.problem)

    @property
    def problems(self) -> tuple[str, ...]:
        """What of them cannot be read, or is there twice, in words."""
        unread = (f"the extension {one.name} cannot be read: {one.problem}" for one in self.all if one.problem)
        twice = (f"the extension {one.name} is there more than once" for one in self.repeated)
        rest = (f"extensions cannot be read: {self.problem}",) if self.problem else ()
        return (*unread, *twice, *rest)

    @property
    def repeated(self) -> tuple[Extension, ...]:
        """Those that are there a second time, which RFC 5280, 4.2, forbids."""
        first = {one.oid: one for one in reversed(self.all)}
        return tuple(one for one in self.all if one is not first[one.oid])


def extensions_within(tagged: Element | None) -> Extensions:
    """The extensions in the element with a tag of its context, if it is there. Raises Asn1Error if it is malformed."""
    return read_extensions(tagged.within() if tagged else None)


def read_extensions(element: Element | None) -> Extensions:
    """The extensions in a SEQUENCE; none without one."""
    found: list[Extension] = []
    if element is None:
        return Extensions()
    try:
        for number, one in enumerate(sequence_of(element), 1):
            try:
                found.append(_extension(one))
            except Asn1Error as problem:
                return Extensions(tuple(found), f"number {number} {problem}")
    except Asn1Error as problem:
        return Extensions(tuple(found), str(problem))
    return Extensions(tuple(found))


def _extension(element: Element) -> Extension:
    fields = Fields(element)
    kind, critical, data = oid(fields.take()), fields.optional(1), octets(fields.take())
    fields.end()
    is_critical = boolean(critical) if critical else False
    value, problem, odd = _value(kind, data)
    return Extension(kind, is_critical, data, value, problem, odd, critical is not None and not is_critical)


def _value(kind: str, data: bytes) -> tuple[Any, str, bool]:
    """The value, why it cannot be read, and whether OpenSSL takes it all the same. What follows it is passed over."""
    if kind not in KINDS:
        return None, "", False
    try:
        return KINDS[kind].read(first(data)), "", False
    except Asn1Error as problem:
        return None, str(problem), isinstance(problem, OddValueError)
