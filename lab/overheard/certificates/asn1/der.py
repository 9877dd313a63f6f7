"""What of an element is BER but not DER (X.690, 10 and 11), in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, pairwise

from overheard.certificates.asn1.element import (
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    Asn1Error,
    Element,
    first,
)
from overheard.certificates.asn1.values import bits, boolean, integer, oid
from overheard.certificates.asn1.write import length

# Types that DER writes in one piece (X.690, 10.2).
_STRINGS = frozenset({BIT_STRING, OCTET_STRING, 12, 18, 19, 20, 22, 23, 24, 26, 27, 28, 30})
_READERS: dict[int, Callable[[Element], object]] = {
    BOOLEAN: boolean,
    INTEGER: integer,
    ENUMERATED: integer,
    OID: oid,
    BIT_STRING: bits,
}
# What not even BER allows (X.690, 8.3.2 and 8.19.2).
_LONG_INTEGER = "an INTEGER has more octets than it must"
_LONG_NUMBER = "a number of an OBJECT IDENTIFIER has more octets than it must"
NO_BER = (_LONG_INTEGER, _LONG_NUMBER)
# A list of revocations has some hundred thousand elements, and after the first ones is regular.
_MOST = 20_000


def deviations(element: Element) -> tuple[str, ...]:
    """Each kind of deviation, once. Raises Asn1Error if something inside cannot be read."""
    return tuple(dict.fromkeys(words for one in islice(_walk(element), _MOST) for words in _of(one)))


def deviations_within(data: bytes) -> tuple[str, ...]:
    """The same of the value of an extension, and whether bytes follow it; none of what cannot be read there."""
    try:
        value = first(data)
        behind = ("bytes follow the value of an extension",) if len(value.encoded) < len(data) else ()
        return (*behind, *deviations(value))
    except Asn1Error:
        return ()


def unreadable(element: Element) -> Iterator[str]:
    """Why each number, identifier and string of bits cannot be read that cannot be. Times are read by themselves."""
    for one in islice(_walk(element), _MOST):
        if not one.constructed and one.tag in _READERS:
            try:
                _READERS[one.tag](one)
            except Asn1Error as problem:
                yield str(problem)


def is_any_empty(element: Element) -> bool:
    """Whether a SEQUENCE in it has no elements."""
    return any(one.tag == SEQUENCE and not one.content for one in islice(_walk(element), _MOST))


def reencoded(element: Element) -> bytes:
    """The element with definite and minimal lengths, and nothing else changed."""
    content = b"".join(map(reencoded, element.parts())) if element.constructed else element.content
    identifier = element.encoded[: 1 if element.encoded[0] & 0x1F != 0x1F else len(_long_identifier(element.encoded))]
    return identifier + length(len(content)) + content


def _walk(element: Element) -> Iterator[Element]:
    yield element
    if element.constructed:
        for part in element.parts():
            yield from _walk(part)


def _of(one: Element) -> Iterator[str]:
    if not one.minimal:
        yield "a length is longer than it must be, or indefinite"
    if one.constructed and one.tag in _STRINGS:
        yield "a string is in pieces"
    elif not one.constructed:
        yield from _primitive(one.tag, one.content)
    if one.constructed and one.tag == SET:
        # At most 50: those of names have one or two.
        encoded = [part.encoded for part in islice(one.parts(), 50)]
        if any(before > after for before, after in pairwise(encoded)):
            yield "the elements of a SET are not in order"


def _primitive(tag: int, content: bytes) -> Iterator[str]:
    if tag == BOOLEAN and content not in {b"\0", b"\xff"}:
        yield "a BOOLEAN is neither 00 nor FF"
    if tag in {INTEGER, ENUMERATED} and len(content) > 1 and (content[0], content[1] >> 7) in {(0, 0), (0xFF, 1)}:
        yield _LONG_INTEGER
    if tag == BIT_STRING and len(content) > 1 and content[0] < 8 and content[-1] & ((1 << content[0]) - 1):
        yield "unused bits are not zero"
    if tag == OID and (content.startswith(b"\x80") or any(a < 0x80 and b == 0x80 for a, b in pairwise(content))):
        yield _LONG_NUMBER


def _long_identifier(encoded: bytes) -> bytes:
    end = next(at for at in range(1, len(encoded)) if not encoded[at] & 0x80)
    return encoded[: end + 1]
