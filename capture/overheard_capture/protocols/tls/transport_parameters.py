"""The structure of QUIC's transport parameters, which are an extension of hellos (RFC 9000, 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import has_text, is_description
from overheard_capture.protocols.quic.packets import ANY_VERSIONS, varint
from overheard_capture.protocols.tls.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Every 31st is reserved, to be ignored (18.1): those of Chromium and Firefox have up to 16 random bytes.
_RESERVED, _STEP, _LONGEST_RESERVED = 27, 31, 16
_LONGEST_ID, _TOKEN = 20, 16
# Before the identifier and the token of a preferred address: two addresses with ports (18.2).
_ADDRESSES = 4 + 2 + 16 + 2
# Options of Google's connections have four capital letters and digits each.
_TAGS, _LONGEST_TAGS = lazy_pattern(rb"(?:[A-Z0-9]{2,4}\0{0,2})*"), 64


def are_parameters(value: bytes) -> bool:
    """Whether these are parameters that are known, each of its length. Raises TruncatedError."""
    cursor = Cursor(value)
    while cursor:
        kind = varint(cursor)
        content = bytes(cursor.take(varint(cursor)))
        if kind in _PARAMETERS:
            if not _PARAMETERS[kind](content):
                return False
        elif kind % _STEP != _RESERVED or len(content) > _LONGEST_RESERVED or has_text(content):
            return False
    return True


def _is_number(content: bytes) -> bool:
    cursor = Cursor(content)
    varint(cursor)
    return not cursor


def _is_identifier(content: bytes) -> bool:
    return len(content) <= _LONGEST_ID and not has_text(content)


def _is_address(content: bytes) -> bool:
    """A preferred address: two addresses, an identifier and a token (18.2)."""
    end = _ADDRESSES + 1 + content[_ADDRESSES] + _TOKEN if len(content) > _ADDRESSES else -1
    return len(content) == end and not has_text(content[_ADDRESSES + 1 :])


def _are_versions(content: bytes) -> bool:
    """Versions (RFC 9368, 3), of Google behind the length of the list."""
    return any(ANY_VERSIONS.fullmatch(each) is not None for each in (content, content[:4] + content[5:]))


_FLAGS, _NUMBERS = (0x0C, 0x2AB2, 0x26AB), (0x01, *range(0x03, 0x0C), 0x0E, 0x20, 0x3127, 0x7158, 0xDE1A, 0xFF04DE1B)
_PARAMETERS: Mapping[int, Callable[[bytes], bool]] = {
    **dict.fromkeys((0x00, 0x0F, 0x10), _is_identifier),
    **dict.fromkeys(_NUMBERS, _is_number),
    0x02: lambda content: len(content) == _TOKEN and not has_text(content),
    0x0D: _is_address,
    **dict.fromkeys(_FLAGS, lambda content: not content),
    **dict.fromkeys((0x11, 0x4752, 0xFF73DB), _are_versions),
    0x3128: lambda content: len(content) <= _LONGEST_TAGS and _TAGS.fullmatch(content) is not None,
    # The name and version of Chromium.
    0x3129: is_description,
}
