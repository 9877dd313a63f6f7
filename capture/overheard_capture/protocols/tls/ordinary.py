"""What looks random or is a name in handshake messages in clear; what else is text there, an application chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import (
    has_coded_text,
    has_many_words,
    has_other_letters,
    is_description,
    is_identifier,
    is_long_text,
    is_name,
    is_token,
    is_url,
    printable_runs,
)
from overheard_capture.packets.usual_titles import is_title, words_of_title
from overheard_capture.protocols.dns.coded_names import coded_in_name
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.elements import STRINGS, elements, pair_of, string_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.protocols.tls.elements import DerElement

_HOST = lazy_pattern(rb"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_LONGEST_HOST = 253
# Names of protocols that are tried have a version or a path. GREASE (RFC 8701, 3.1) has two bytes alike.
_PROTOCOL, _LONGEST_PROTOCOL, _GREASE_LENGTH = lazy_pattern(rb"[\w./+:@-]+"), 64, 2
_OTHERS = bytes.maketrans(b"/+:@", b"....")
# How many unknown words all attributes of a name have, and how many of these are in small letters; and how long one
# may be (RFC 5280, A.1). Names of companies have a few words.
_MOST_OF_SUBJECT, _MOST_SMALL, _LONGEST_ATTRIBUTE = 20, 8, 255
# Attributes for names: of X.520, COSINE (RFC 4524), PKCS #9, and of the CA/Browser Forum. A description is any text.
_ATTRIBUTES = tuple(map(bytes.fromhex, ("5504", "0992268993f22c6401", "2a864886f70d0109", "2b0601040182373c0201")))
_COUNTRY, _DESCRIPTION, _LONGEST_COUNTRY = b"\x55\4\6", b"\x55\4\x0d", 3


def says_something(data: bytes, *, may_be_named: bool = False) -> bool:
    """Whether bytes that should be random, or numbers, have text in them; it may be a name or a description."""
    if has_other_letters(data):
        return True
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
    if has_coded_text(name.decode(errors="replace")):
        return False
    return not has_many_words(name) and not coded_in_name(name.lower().split(b"."))


def is_protocol(name: bytes) -> bool:
    """Whether this is like the name of an application protocol (RFC 7301), or GREASE."""
    if len(name) == _GREASE_LENGTH:
        return True
    is_short = len(name) <= _LONGEST_PROTOCOL and _PROTOCOL.fullmatch(name) is not None
    return is_short and is_name(name.translate(_OTHERS).strip(b"."))


def is_usual_name(name: bytes) -> bool:
    """Whether the content of a name in a certificate (RFC 5280, 4.1.2.4) has a few words in each attribute."""
    words = small = 0
    try:
        for kind, value in _attributes(name):
            text = string_of(value)
            if not _is_usual_attribute(kind, value, text):
                return False
            found = words_of_title(text)
            words, small = words + len(found), small + sum(map(str.islower, found))
    except TruncatedError:
        return False
    return words <= _MOST_OF_SUBJECT and small <= _MOST_SMALL


def _is_usual_attribute(kind: bytes, value: DerElement, text: bytes) -> bool:
    if value.tag not in STRINGS:
        return is_identifier(value.content)
    if kind == _COUNTRY:
        return len(text) <= _LONGEST_COUNTRY
    if len(text) > _LONGEST_ATTRIBUTE:
        return False
    if is_token(text) or is_url(text) or (b"." in text and is_host(text.removeprefix(b"*."))):
        return True
    return is_title(text) if kind.startswith(_ATTRIBUTES) and kind != _DESCRIPTION else is_description(text)


def _attributes(name: bytes) -> Iterator[tuple[bytes, DerElement]]:
    for relative in elements(name):
        for attribute in elements(relative.content):
            kind, value = pair_of(attribute)
            yield kind.content, value
