"""The values of elements: numbers, identifiers, strings and bits (X.690, 8)."""

from __future__ import annotations

from overheard.certificates.asn1.element import (
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    INTEGER,
    OCTET_STRING,
    OID,
    Asn1Error,
    Element,
    tag_name,
)

# The longest that is in use has 20 octets or so. Numbers far beyond cannot be written in decimal (4,300 digits).
_LONGEST_OID = 1000
# How the octets of each type of string are text; T61String is read as OpenSSL does, as Latin-1.
CHARSETS = {12: "utf-8", 18: "latin-1", 19: "latin-1", 20: "latin-1", 22: "latin-1", 26: "latin-1", 27: "latin-1"}
CHARSETS |= {28: "utf-32-be", 30: "utf-16-be"}


def expect(element: Element, *tags: int) -> Element:
    """`element`, which must have one of these tags."""
    if element.tag not in tags:
        raise Asn1Error(f"{' or '.join(map(tag_name, tags))} was expected, and {element} found")
    return element


def boolean(element: Element) -> bool:
    """A BOOLEAN: anything but zero is true."""
    octets = _primitive(element, BOOLEAN)
    if len(octets) != 1:
        raise Asn1Error(f"a BOOLEAN has {len(octets)} octets")
    return octets != b"\0"


def integer(element: Element, tag: int = INTEGER) -> int:
    """An INTEGER, however many octets it has."""
    octets = _primitive(element, tag, ENUMERATED)
    if not octets:
        raise Asn1Error("an INTEGER is empty")
    return int.from_bytes(octets, signed=True)


def small(element: Element, tag: int = INTEGER) -> int:
    """An INTEGER that fits 32 bits, such as a length of a path or a number of iterations."""
    value = integer(element, tag)
    if value.bit_length() > 32:
        raise Asn1Error("a number is too large")
    return value


def oid(element: Element, tag: int = OID) -> str:
    """An OBJECT IDENTIFIER with dots."""
    octets = _primitive(element, tag)
    if not octets or octets[-1] & 0x80:
        raise Asn1Error("an OBJECT IDENTIFIER is empty or cut off")
    if len(octets) > _LONGEST_OID:
        return f"(an OBJECT IDENTIFIER of {len(octets)} octets, {octets[:8].hex()}…)"
    arcs, number = [], 0
    for octet in octets:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(number)
            number = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, (top, arcs[0] - 40 * top, *arcs[1:])))


def octets(element: Element, tag: int = OCTET_STRING) -> bytes:
    """An OCTET STRING, in one piece or, as BER allows, in several (X.690, 8.7)."""
    return b"".join(_pieces(expect(element, tag)))


def bits(element: Element, tag: int = BIT_STRING) -> bytes:
    """The octets of a BIT STRING; the bits that are left over in the last one are zero."""
    pieces = _pieces(expect(element, tag))
    for piece in pieces:
        if not piece or piece[0] > 7 or (piece[0] and len(piece) == 1):
            raise Asn1Error("a BIT STRING does not say how many bits are unused")
    joined = b"".join(piece[1:] for piece in pieces)
    spare = pieces[-1][0] if pieces else 0
    return joined[:-1] + bytes([joined[-1] >> spare << spare]) if spare else joined


def named_bits(element: Element, tag: int = BIT_STRING) -> frozenset[int]:
    """The numbers of the bits that are set in a named bit list, of which the first 32 are looked at."""
    return frozenset(
        8 * at + number
        for at, octet in enumerate(bits(element, tag)[:4])
        for number in range(8)
        if octet & 0x80 >> number
    )


def text(element: Element) -> str:
    """A string of any type as text. What is not valid in its type is shown as escapes."""
    charset = CHARSETS.get(element.tag)
    if charset is None:
        raise Asn1Error(f"a string was expected, and {element} found")
    return b"".join(_pieces(element)).decode(charset, "backslashreplace")


def raw_text(data: bytes) -> str:
    """The octets of a string whose type a tag implies, such as an IA5String: one character each."""
    return data.decode("latin-1")


def _primitive(element: Element, *tags: int) -> bytes:
    if expect(element, *tags).constructed:
        raise Asn1Error(f"{element} is constructed")
    return element.content


def _pieces(element: Element) -> list[bytes]:
    """The octets of a string; of a constructed one, those of each part, of which OpenSSL looks at no tag."""
    if not element.constructed:
        return [element.content]
    return [piece for part in element.parts() for piece in _pieces(part)]
