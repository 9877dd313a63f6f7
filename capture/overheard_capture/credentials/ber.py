"""Elements of BER (X.690), of which LDAP, SNMP and Kerberos are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE, OCTETS = 0x30, 0x04


class BerElement(NamedTuple):
    """An element of BER (X.690, 8.1): its tag, and where its content begins and ends."""

    tag: int
    begin: int
    end: int

    @classmethod
    def at(cls, text: bytes, place: int) -> BerElement | None:
        """The element at a place, whose length has up to four bytes."""
        head = text[place : place + 2]
        if len(head) < 2:
            return None
        tag, length = head
        begin = place + 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4 or len(text) < begin + size:
                return None
            length = int.from_bytes(text[begin : begin + size])
            begin += size
        return cls(tag, begin, begin + length)

    @classmethod
    def before(cls, text: bytes, place: int, tag: int) -> tuple[int, BerElement] | None:
        """The element of this tag whose content begins at a place, and where it begins itself."""
        for start in range(place - 2, max(place - 7, -1), -1):
            if text[start] == tag and (found := cls.at(text, start)) and found.begin == place:
                return start, found
        return None

    @classmethod
    def all_at(cls, text: bytes, place: int, end: int) -> Iterator[BerElement]:
        """The elements from a place to an end, which may be beyond the text: those whose header is in it."""
        while place < end and (found := cls.at(text, place)) and found.end <= end:
            yield found
            place = found.end

    @classmethod
    def inside(cls, text: bytes, place: int, *tags: int) -> BerElement | None:
        """The innermost of elements of these tags, each of which is the first in the one before it."""
        found = None
        for tag in tags:
            found = cls.at(text, place)
            if not found or found.tag != tag:
                return None
            place = found.begin
        return found
