"""Elements of certificates, each of which is what its tag says: a name, a location, some words, a time, or a value.

What is neither, an application chose. A name or a few words cannot be told from a code word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import has_text, is_description, is_prose, is_token
from overheard_capture.packets.usual_titles import is_title
from overheard_capture.protocols.dns.texts import is_mailbox
from overheard_capture.protocols.tls.elements import STRINGS, element_of, elements, is_structure, string_of
from overheard_capture.protocols.tls.key_values import is_hash, is_public_key, is_signature
from overheard_capture.protocols.tls.ordinary import is_host, is_usual_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.protocols.tls.elements import DerElement

CONSTRUCTED, _CONTEXT, _CLASS = 0x20, 0x80, 0xC0
# Universal types (ITU-T X.680, 8.4).
BOOLEAN, INTEGER, _BITS, OCTETS, NULL, OID, ENUMERATED, TIMES = 1, 2, 3, 4, 5, 6, 10, (23, 24)
_TIME = lazy_pattern(rb"\d{12}Z|\d{14}Z")
# How long numbers are, hashes and identifiers of keys, and identifiers of objects. Those of objects that stand for a
# UUID (ITU-T X.667) are some application's.
LONGEST_NUMBER, _LONGEST_OID = 21, 32
_UUID_ARC, _SHORTEST_UUID = 0x69, 8
_MAX_DEPTH = 16
# General names (RFC 5280, 4.2.1.6): mail address, host, directory name, URI, and a registered identifier.
_MAIL, HOST, _DIRECTORY_NAME, _URI, _ADDRESS, _REGISTERED = 0x81, 0x82, 0xA4, 0x86, 0x87, 0x88
_ADDRESSES, _MOST_FLAGS = {4, 8, 16, 32}, 3
# Of a text for people, so many letters may be no known words: those of the name of an authority.
_FEW_OF_TEXT = 16
_LONGEST_URI, _SMALL_IN_PATHS = 512, 6
_SCHEME = lazy_pattern(rb"([a-z]{3,6}):(//)?([\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?((?:[/?,=][!-~]*)?)")
_BREAKS = bytes.maketrans(b"/?=&,;%_+", b" " * 9)


def is_usual(element: DerElement, is_text: Callable[[bytes], bool], depth: int = 0) -> bool:
    """Whether an element, and all in it, is what its tag says."""
    tag, content = element
    inside = content[1:] if tag == _BITS else content if tag == OCTETS else b""
    if tag == _DIRECTORY_NAME:
        return is_usual_name(element_of(content).content)
    if tag & CONSTRUCTED or is_structure(inside):
        parts = elements(inside or content)
        return depth < _MAX_DEPTH and all(is_usual(each, is_text, depth + 1) for each in parts)
    if tag in STRINGS:
        return is_text(string_of(element))
    return _is_general_name(tag, content) if tag & _CLASS == _CONTEXT else _VALUES.get(tag, is_nothing)(content)


def _is_number(content: bytes) -> bool:
    return len(content) <= LONGEST_NUMBER and not has_text(content)


def is_time(content: bytes) -> bool:
    """Whether this is a time, in either form."""
    return _TIME.fullmatch(content) is not None


def _is_general_name(tag: int, content: bytes) -> bool:
    """A name of any kind, an address, or an identifier of a key."""
    if tag == HOST and is_host(content.removeprefix(b"*.")):
        return True
    return _NAMES[tag](content) if tag in _NAMES else _is_any_name(content)


def _is_any_name(content: bytes) -> bool:
    return is_value(content) or is_description(content) or is_host(content)


def is_value(content: bytes) -> bool:
    """Whether this is a hash, or one byte, and no text."""
    is_text = has_text(content) and is_prose(content.replace(b"\0", b""))
    return len(content) <= 1 or (is_hash(content) and not is_text)


def _are_bits(content: bytes) -> bool:
    """Whether these are a few flags, or a key or signature in whole bytes."""
    is_whole = content[:1] == b"\0" and (is_public_key(content[1:]) or is_signature(content[1:]))
    return is_whole or (len(content) <= _MOST_FLAGS and content[:1] < b"\x08")


def is_object(oid: bytes) -> bool:
    """Whether this may be the identifier of an object, in which nobody wrote text or a UUID."""
    is_uuid = oid[:1] == bytes([_UUID_ARC]) and len(oid) > _SHORTEST_UUID
    return len(oid) <= _LONGEST_OID and not is_uuid and not has_text(oid)


# What each primitive element may have, by its tag.
_VALUES: dict[int, Callable[[bytes], bool]] = {
    BOOLEAN: lambda content: len(content) == 1,
    _BITS: _are_bits,
    OCTETS: is_value,
    OID: is_object,
    **dict.fromkeys((INTEGER, ENUMERATED), _is_number),
    **dict.fromkeys(TIMES, is_time),
}


def is_location(uri: bytes) -> bool:
    """Whether this is a URI whose path and query are of a few words, such as that of a policy, or a name in LDAP."""
    found = _SCHEME.fullmatch(uri)
    if found is None or len(uri) > _LONGEST_URI:
        return False
    host, path = found[3], unquote_to_bytes(found[4])
    is_named = not host or host.startswith(b"[") or is_host(host)
    return is_named and (is_token(path[1:]) or is_title(path.translate(_BREAKS), _SMALL_IN_PATHS))


def is_nothing(content: bytes) -> bool:
    """Whether there is no content."""
    return not content


def is_text_or_name(text: bytes) -> bool:
    """Whether this is a text for people, or a name of anything else."""
    return (
        is_description(text, _FEW_OF_TEXT) or is_title(text) or is_location(text) or is_mailbox(text) or is_token(text)
    )


_NAMES: dict[int, Callable[[bytes], bool]] = {
    # A constraint is part of one (4.2.1.10).
    _MAIL: lambda content: not content or is_mailbox(content.lstrip(b".")),
    # A host, or the serial number of a certificate, behind its issuer (4.2.1.1).
    HOST: lambda content: _is_number(content) or _is_any_name(content),
    _URI: is_location,
    # With a mask in a constraint.
    _ADDRESS: lambda content: len(content) in _ADDRESSES and not has_text(content),
    _REGISTERED: is_object,
}
