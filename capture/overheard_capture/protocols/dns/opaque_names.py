"""What names and texts of DNS say that nobody can read: data of a tunnel, in base32, hexadecimal or base64.

Hosts of content networks, selectors and tokens look like that, too, but are few below a domain, and most are as short
as an identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.opaque import is_base32, is_base64, is_hexadecimal
from overheard_capture.packets.usual_text import is_of_sentence, unknown_words

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters of a label before a domain that is registered below one of a country, such as `co` in `co.uk`.
_COUNTRY, _LONGEST_SECOND = 2, 3
# Addresses are written in these, one digit a label.
_ADDRESSES, _LOCAL = b"arpa", b"local"
_TOP_LEVEL = frozenset((b"com", b"net", b"org", b"io", b"dev", b"edu", b"gov", b"info", b"cloud", b"app"))
# A word, and no part of a code.
_WORD = lazy_pattern(rb"(?<![a-z0-9])[a-z]{2,}(?![a-z0-9])")
_WORD_BREAKS = bytes.maketrans(b"-_", b"..")
_HEXADECIMAL = b"0123456789abcdef"
_LETTERS_ALONE = 15
_RUN = lazy_pattern(rb"[0-9A-Za-z+/_-]{22,}={0,2}")
# Keys of DKIM (RFC 6376, 3.6.1), and what proves to a service that a domain is somebody's.
_KNOWN = lazy_pattern(rb"(?i)\bp=M|verif")


def opaque_in_name(labels: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A domain, and what the labels before it say, if nobody can read it and it is longer than an identifier."""
    lower = [label.lower() for label in labels]
    count = domain_labels(lower)
    domain, before = b".".join(lower[-count:]), lower[:-count]
    if lower[-1] == _ADDRESSES:
        return domain, b""
    data = b"".join(part for part in b".".join(before).translate(_WORD_BREAKS).split(b".") if _may_be(part))
    return domain, data if _size(data) > MAX_IDENTIFIER else b""


def words_in_name(labels: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A domain, and the words before it that are not known or hold a sentence together, with blanks between them.

    Resolvers append their own domain to a name: what is then within is a domain as well.
    """
    lower = [label.lower() for label in labels]
    count = domain_labels(lower)
    inner = next((at for at, label in enumerate(lower[:-count]) if at and label in _TOP_LEVEL), 0)
    at = inner - 1 if inner else max(len(lower) - count, 0)
    words = [word for label in lower[:at] if label[:1] != b"_" for word in _WORD.findall(label)]
    return b".".join(lower[at:]), b" ".join(word for word in words if is_of_sentence(word) or unknown_words(word))


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


def domain_labels(labels: Sequence[bytes]) -> int:
    """How many labels a domain has that is registered; one below `local` (RFC 6762, 3)."""
    if labels[-1] == _LOCAL:
        return 1
    is_below_country = len(labels) > 2 and len(labels[-1]) == _COUNTRY and len(labels[-2]) <= _LONGEST_SECOND
    return 3 if is_below_country else 2


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
