"""Elements of DER (ITU-T X.690, 8.1 and 10): what certificates consist of."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

# The tags of strings (ITU-T X.680, 8.4), and the charsets of wide ones.
STRINGS = frozenset((12, 18, 19, 20, 22, 26, 27, 28, 30))
_CHARSETS = {28: "utf-32-be", 30: "utf-16-be"}
_SEQUENCE, _LONG, _LONG_TAG = 0x30, 0x80, 0x1F


class DerElement(NamedTuple):
    """An element: its tag, with class and form, and its content."""

    tag: int
    content: bytes


def element_of(der: bytes) -> DerElement:
    """The one element that these bytes are. Raises TruncatedError if they are none, or more."""
    found = elements(der)
    if len(found) != 1:
        raise TruncatedError
    return found[0]


def pair_of(element: DerElement) -> list[DerElement]:
    """The two elements in another. Raises TruncatedError if there are not two."""
    found = elements(element.content)
    if len(found) != 2:
        raise TruncatedError
    return found


def elements(der: bytes) -> list[DerElement]:
    """The elements in a row. Raises TruncatedError if one is cut short, or of a form that DER does not have."""
    cursor, found = Cursor(der), list[DerElement]()
    while cursor:
        tag, length = cursor.number(1), cursor.number(1)
        if length == _LONG or tag & _LONG_TAG == _LONG_TAG:
            raise TruncatedError
        length = cursor.number(length & ~_LONG) if length > _LONG else length
        found.append(DerElement(tag, bytes(cursor.take(length))))
    return found


def is_structure(der: bytes) -> bool:
    """Whether this is one sequence, with nothing behind it."""
    try:
        return element_of(der).tag == _SEQUENCE
    except TruncatedError:
        return False


def string_of(element: DerElement) -> bytes:
    """The text of a string in UTF-8; of one that has no such charset, as it is."""
    if charset := _CHARSETS.get(element.tag):
        return element.content.decode(charset, "replace").encode(errors="replace")
    try:
        element.content.decode()
    except UnicodeDecodeError:
        return element.content.decode("latin-1").encode()
    return element.content
