"""The ways in which a secret may look on the wire: one entry a spelling."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from overheard.words.caesar import SHIFTS, shifted

# Of two shorter words each may be the other with its letters shifted (`cheer` and `jolly`): that says nothing.
_LEAST_LETTERS = 6


@dataclass(frozen=True)
class Spelling:
    """One look of one secret: the `pattern` to search for, and whether letters match in either case."""

    name: str
    pattern: bytes
    any_case: bool = False


def base64_cores(value: bytes, alphabet: bytes) -> Iterable[tuple[str, bytes]]:
    """The characters of a base64 text that `value` alone decides, at each of the three alignments (RFC 4648, 4).

    A text that holds `value` after n other bytes begins with characters that those bytes decide too, and may end with
    some that the next bytes decide: both are left off, so that the rest is found whatever stands around it.
    """
    for before in range(3):
        text = base64.b64encode(bytes(before) + value, altchars=alphabet).rstrip(b"=")
        first = -(-before * 8 // 6)
        last = (before + len(value)) * 8 // 6
        yield f"at {before}", text[first:last]


def _text(value: bytes, codec: str) -> bytes | None:
    try:
        return value.decode().encode(codec)
    except UnicodeError:
        return None


def _of_text(change: Callable[[str], str]) -> Callable[[bytes], bytes | None]:
    def spell(value: bytes) -> bytes | None:
        try:
            return change(value.decode()).encode()
        except UnicodeDecodeError:
            return None

    return spell


def _percent_all(value: bytes) -> bytes:
    return b"".join(b"%%%02x" % byte for byte in value)


# name, how to spell it (None: this secret has no such spelling), whether letters match in either case
_TABLE: list[tuple[str, Callable[[bytes], bytes | None], bool]] = [
    ("plainly", lambda value: value, False),
    ("UTF-16 little-endian", lambda value: _text(value, "utf-16-le"), False),
    ("UTF-16 big-endian", lambda value: _text(value, "utf-16-be"), False),
    ("hexadecimal", lambda value: value.hex().encode(), True),
    ("percent-encoded", lambda value: quote(value, safe="").encode(), True),
    ("percent-encoded path", lambda value: quote(value).encode(), True),
    ("form-encoded", lambda value: quote_plus(value).encode(), True),
    ("percent-encoded throughout", _percent_all, True),
    ("JSON string", _of_text(lambda text: json.dumps(text)[1:-1]), True),
    ("JSON string in UTF-8", _of_text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]), False),
    ("reversed", lambda value: value[::-1], False),
]


def spellings(value: bytes) -> list[Spelling]:
    """Every spelling of `value` to look for, each pattern once, the plainest name first."""
    found: dict[bytes, Spelling] = {}
    for name, spell, any_case in _TABLE:
        if pattern := spell(value):
            found.setdefault(pattern, Spelling(name, pattern, any_case))
    for name, alphabet in (("base64", b"+/"), ("base64url", b"-_")):
        for alignment, pattern in base64_cores(value, alphabet):
            # Of a very short secret an alignment may leave too little to be more than chance.
            if len(pattern) >= 4:
                found.setdefault(pattern, Spelling(f"{name}, {alignment}", pattern))
    for spelling in _with_letters_shifted(value):
        found.setdefault(spelling.pattern, spelling)
    return list(found.values())


def _with_letters_shifted(value: bytes) -> Iterable[Spelling]:
    """Every way to shift the letters of `value` (Caesar's cipher)."""
    # Bytes that are no text pass through as they are.
    text = value.decode(errors="surrogateescape")
    if sum(character.isascii() and character.isalpha() for character in text) >= _LEAST_LETTERS:
        for by in SHIFTS:
            yield Spelling(shifted_by(by), shifted(text, by).encode(errors="surrogateescape"))


def shifted_by(by: int) -> str:
    """The name of the spelling whose letters stand `by` places further on in the alphabet."""
    return f"letters shifted by {by}"


_BY = {shifted_by(by): by for by in SHIFTS}


def shift_of(name: str) -> int:
    """By how many places the letters of the spelling with that name are shifted; 0 where they are not."""
    return _BY.get(name, 0)
