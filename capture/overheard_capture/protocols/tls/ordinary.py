"""What looks random or is a name in handshake messages in clear; what else is text there, an application chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import (
    has_many_words,
    is_description,
    is_long_text,
    is_name,
    is_token,
    printable_runs,
)
from overheard_capture.protocols.dns.coded_names import coded_in_name
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOST = lazy_pattern(rb"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_LONGEST_HOST = 253
# Names of protocols that are tried have a version or a path. GREASE (RFC 8701, 3.1) has two bytes alike.
_PROTOCOL, _LONGEST_PROTOCOL, _GREASE_LENGTH = lazy_pattern(rb"[\w./+:@-]+"), 64, 2
_OTHERS = bytes.maketrans(b"/+:@", b"....")
# How many unknown words a name in a certificate may have, and all of a subject; and how long a name may be
# (RFC 5280, A.1). Names of companies have a few words.
_MOST_WORDS, _MOST_OF_SUBJECT, _LONGEST_ATTRIBUTE = 8, 20, 255
_WORD = lazy_pattern(rb"[A-Za-z]{3,}")
_SEQUENCE, _LONG = 0x30, 0x80


def says_something(data: bytes, *, may_be_named: bool = False) -> bool:
    """Whether bytes that should be random, or numbers, have text in them; it may be a name or a description."""
    for run in filter(is_long_text, printable_runs(data)):
        # The length before it may be printable, too.
        if not (
            may_be_named and any(is_name(each) or is_token(each) or is_description(each) for each in (run, run[1:]))
        ):
            return True
    return False


def is_host(name: bytes) -> bool:
    """Whether this may be the name of a host, or an address: with few words, and no data in a coding."""
    if len(name) > _LONGEST_HOST or not _HOST.fullmatch(name):
        return False
    return not has_many_words(name) and not coded_in_name(name.lower().split(b"."))


def is_protocol(name: bytes) -> bool:
    """Whether this is like the name of an application protocol (RFC 7301), or GREASE."""
    if len(name) == _GREASE_LENGTH:
        return True
    is_short = len(name) <= _LONGEST_PROTOCOL and _PROTOCOL.fullmatch(name) is not None
    return is_short and is_name(name.translate(_OTHERS).strip(b"."))


def is_structure(der: bytes) -> bool:
    """Whether this is one sequence of DER, with nothing behind it."""
    cursor = Cursor(der)
    try:
        if cursor.number(1) != _SEQUENCE:
            return False
        length = cursor.number(1)
        length = cursor.number(length & ~_LONG) if length > _LONG else length
    except TruncatedError:
        return False
    return len(cursor) == length


def is_usual_name(name: bytes) -> bool:
    """Whether the content of a name in a certificate (RFC 5280, 4.1.2.4) has a few words in each attribute."""
    total = 0
    for value in _strings(name):
        words = sum(not is_description(word, 0) for word in _WORD.findall(value))
        total += words
        if words > _MOST_WORDS or len(value) > _LONGEST_ATTRIBUTE:
            return False
    return total <= _MOST_OF_SUBJECT


def _strings(name: bytes) -> Iterator[bytes]:
    """The strings of sets of attributes, whatever their type."""
    for relative in elements(name):
        for attribute in elements(relative):
            yield from (part.replace(b"\0", b"") for part in elements(attribute)[1:])


def elements(der: bytes) -> list[bytes]:
    """The contents of the elements in a row of DER; those before one that is cut short."""
    cursor, found = Cursor(der), list[bytes]()
    try:
        while cursor:
            cursor.take(1)
            length = cursor.number(1)
            found.append(bytes(cursor.take(cursor.number(length & ~_LONG) if length > _LONG else length)))
    except TruncatedError:
        pass
    return found


def content_of(der: bytes) -> bytes:
    """The content of a structure of DER."""
    return next(iter(elements(der)), b"")
