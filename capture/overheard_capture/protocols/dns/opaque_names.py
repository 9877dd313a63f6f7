"""What names and texts of DNS say that nobody can read: data of a tunnel, in base32, hexadecimal or base64.

Hosts of content networks, selectors and tokens look like that, too, but are few below a domain, and most are as short
as an identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.opaque import is_base32, is_base64, is_hexadecimal

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters of a label before a domain that is registered below one of a country, such as `co` in `co.uk`.
_COUNTRY, _LONGEST_SECOND = 2, 3
# Addresses are written in these, one digit a label.
_ADDRESSES = b"arpa"
_WORD_BREAKS = bytes.maketrans(b"-_", b"..")
_HEXADECIMAL = b"0123456789abcdef"
_LETTERS_ALONE = 15
_RUN = lazy_pattern(rb"[0-9A-Za-z+/_-]{22,}={0,2}")
# Keys of DKIM (RFC 6376, 3.6.1), and what proves to a service that a domain is somebody's.
_KNOWN = lazy_pattern(rb"(?i)\bp=M|verif")


def opaque_in_name(labels: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A domain, and what the labels before it say, if nobody can read it and it is longer than an identifier."""
    lower = [label.lower() for label in labels]
    count = 2
    if len(lower) > count and len(lower[-1]) == _COUNTRY and len(lower[-2]) <= _LONGEST_SECOND:
        count = 3
    domain, before = b".".join(lower[-count:]), lower[:-count]
    if lower[-1] == _ADDRESSES:
        return domain, b""
    data = b"".join(part for part in b".".join(before).translate(_WORD_BREAKS).split(b".") if _may_be(part))
    return domain, data if _size(data) > MAX_IDENTIFIER else b""


def opaque_in_text(text: bytes) -> bytes:
    """What a text says, if nobody can read it and it is longer than an identifier."""
    if _KNOWN.search(text):
        return b""
    return b"".join(run for run in _RUN.findall(text) if opaque_size(run) > MAX_IDENTIFIER and _is_coded(run))


def opaque_size(data: bytes) -> int:
    """How many bytes it stands for: in hexadecimal, in base64 if letters of both cases are there, or in base32."""
    lower = data.lower()
    if not lower.translate(None, _HEXADECIMAL):
        return len(data) // 2
    return len(data) * (5 if data in (lower, data.upper()) else 6) // 8


def _may_be(part: bytes) -> bool:
    """Whether a part of a label is no word and no number."""
    return bool(part) and not part.isdigit() and not (part.isalpha() and len(part) <= _LETTERS_ALONE)


def _size(data: bytes) -> int:
    """How many bytes it stands for; 0 if it certainly is no data."""
    if not data.translate(None, _HEXADECIMAL):
        return opaque_size(data) if is_hexadecimal(data) else 0
    return opaque_size(data) if is_base32(data) else 0


def _is_coded(run: bytes) -> bool:
    return is_base64(run) or (run in (run.lower(), run.upper()) and bool(_size(run.lower())))
