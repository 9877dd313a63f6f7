"""One element of BER (X.690, 8.1): its tag and its content, however its length is written."""

from __future__ import annotations

from collections.abc import Iterator

from overheard.words.counting import count
from overheard.words.named_tuple import NamedTuple

# A certificate in a PKCS #12 file is about 15 levels deep. This bounds recursion, here and in everything that reads.
DEEPEST = 48
# A tag number of more than 4 octets, or a length of more than 8, is of nothing that exists.
_LONGEST_NUMBER, _LONGEST_LENGTH = 4, 8

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED, SEQUENCE, SET = 1, 2, 3, 4, 5, 6, 10, 16, 17


class Asn1Error(ValueError):
    """What was to be read is not there, in words that follow `cannot be read: `."""


class Element(NamedTuple):
    """One element. `tag` is the number, plus 0x40, 0x80 or 0xC0 for the other classes; `encoded` is all of it.

    `minimal` is whether its length is as short as possible and definite, which DER demands (X.690, 10.1).
    """

    tag: int
    constructed: bool
    content: bytes
    encoded: bytes
    depth: int
    minimal: bool

    def parts(self) -> Iterator[Element]:
        """The elements inside. Raises Asn1Error if it has none because it is primitive."""
        if not self.constructed:
            raise Asn1Error(f"{self} is primitive and so has no parts")
        return elements(self.content, self.depth + 1)

    def within(self) -> Element:
        """The one element inside: of an explicit tag."""
        return only(self.parts(), self)

    def __str__(self) -> str:
        return tag_name(self.tag)


def parse(data: bytes, depth: int = 0) -> Element:
    """The one element that `data` is. Raises Asn1Error for anything before, behind or instead of it."""
    found = _read(data, 0, depth)
    if len(found.encoded) != len(data):
        raise Asn1Error(f"{count(len(data) - len(found.encoded), 'more byte')} after its end")
    return found


def first(data: bytes) -> Element:
    """The element with which `data` begins."""
    return _read(data, 0, 0)


def elements(data: bytes, depth: int = 0) -> Iterator[Element]:
    """The elements of which `data` consists, one after another."""
    at = 0
    while at < len(data):
        one = _read(data, at, depth)
        at += len(one.encoded)
        yield one


def only(parts: Iterator[Element], what: object) -> Element:
    """The only element of `parts`."""
    found = next(parts, None)
    if found is None or next(parts, None) is not None:
        raise Asn1Error(f"{what} does not contain exactly one element")
    return found


def _read(data: bytes, at: int, depth: int) -> Element:
    if depth > DEEPEST:
        raise Asn1Error(f"it is nested more than {DEEPEST} levels deep")
    head = data[at : at + 2]
    if len(head) == 2 and head[1] < 0x80 and head[0] & 0x1F != 0x1F and at + 2 + head[1] <= len(data):
        # Most elements by far, which is worth a way of their own: a tag and a length of one octet each.
        end = at + 2 + head[1]
        return Element(head[0] & 0xDF, head[0] & 0x20 != 0, data[at + 2 : end], data[at:end], depth, True)
    return _read_long(data, at, depth)


def _read_long(data: bytes, at: int, depth: int) -> Element:
    tag, constructed, body = _tag(data, at)
    length, start, minimal = _length(data, body)
    if length is None:
        if not constructed:
            raise Asn1Error("a primitive element has no length")
        end = _end_of_contents(data, start)
        return Element(tag, constructed, data[start:end], data[at : end + 2], depth, minimal=False)
    if start + length > len(data):
        raise Asn1Error(f"it ends early, and lacks {count(start + length - len(data), 'byte')}")
    return Element(tag, constructed, data[start : start + length], data[at : start + length], depth, minimal=minimal)


def _tag(data: bytes, at: int) -> tuple[int, bool, int]:
    """The tag, whether it is constructed, and where the length begins (X.690, 8.1.2)."""
    octet = _octet(data, at)
    number, at = octet & 0x1F, at + 1
    if number == 0x1F:
        number, begin = 0, at
        while True:
            if at - begin >= _LONGEST_NUMBER:
                raise Asn1Error("a tag has too many octets")
            more = _octet(data, at)
            number, at = number << 7 | more & 0x7F, at + 1
            if not more & 0x80:
                break
        # Apart from the low numbers, with which it would otherwise be confused.
        number = number << 8 | 0x1F
    return number | octet & 0xC0, bool(octet & 0x20), at


def _length(data: bytes, at: int) -> tuple[int | None, int, bool]:
    """The length, None if it is indefinite; where the content begins; whether DER writes it so (X.690, 8.1.3)."""
    octet, at = _octet(data, at), at + 1
    if octet < 0x80:
        return octet, at, True
    if octet == 0x80:
        return None, at, False
    octets = data[at : at + octet - 0x80]
    length = int.from_bytes(octets)
    if len(octets) < octet - 0x80:
        raise Asn1Error("it ends early, within a length")
    if len(octets.lstrip(b"\0")) > _LONGEST_LENGTH:
        raise Asn1Error("a length has too many octets")
    return length, at + len(octets), length >= 0x80 and octets[0] != 0


def _end_of_contents(data: bytes, at: int) -> int:
    """Where the two zero octets are that end an indefinite length (X.690, 8.1.5)."""
    open_lengths = 1
    while True:
        if data[at : at + 2] == b"\0\0":
            open_lengths -= 1
            if not open_lengths:
                return at
            at += 2
            continue
        _, constructed, body = _tag(data, at)
        length, at, _ = _length(data, body)
        if length is not None:
            at += length
        elif constructed and open_lengths < DEEPEST:
            open_lengths += 1
        else:
            raise Asn1Error("indefinite lengths are nested too deep")


def _octet(data: bytes, at: int) -> int:
    if at >= len(data):
        raise Asn1Error("it ends early" if data else "it is empty")
    return data[at]


_NAMES = {
    BOOLEAN: "a BOOLEAN",
    INTEGER: "an INTEGER",
    BIT_STRING: "a BIT STRING",
    OCTET_STRING: "an OCTET STRING",
    NULL: "a NULL",
    OID: "an OBJECT IDENTIFIER",
    ENUMERATED: "an ENUMERATED",
    SEQUENCE: "a SEQUENCE",
    SET: "a SET",
    12: "a UTF8String",
    19: "a PrintableString",
    22: "an IA5String",
    23: "a UTCTime",
    24: "a GeneralizedTime",
}


def tag_name(tag: int) -> str:
    """A tag in words: `an INTEGER`, `the element [0]`."""
    return _NAMES.get(tag) or f"the element [{tag & 0x3F}]"
