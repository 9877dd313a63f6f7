"""The secret in another form: what a PEM key, a base64 or hexadecimal value or a UUID stands for."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from overheard.words.spelling.bases import UUID
from overheard.words.spelling.codes import base64
from overheard.words.spelling.numbers import hexadecimal
from overheard.words.spelling.private_keys import private_numbers
from overheard.words.spelling.shape import Pattern, Spelling, literally

# A block of PEM (RFC 7468), with the header fields of RFC 1421 that older programs write into it.
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(?:\s+(?:[\w-]+: .*\n)+)?([\w+/=\s]+)-----END ")
_HEXADECIMAL = re.compile(rb"(?:[0-9a-f]{2}[:\- ]?){8,}", re.IGNORECASE)
# Without capitals or without small letters it is a word, or a number.
_BASE64 = re.compile(rb"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/_-]{16,}={0,2}")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def decoded(value: bytes, most: int) -> Iterator[Pattern]:
    """What the secret stands for: as it is, in hexadecimal and in base64. Of longer bytes, the first `most`."""
    for stood_for in _stood_for(value):
        yield from _in_three_ways(stood_for[:most])
        if b"PRIVATE KEY" in value:
            for number in private_numbers(stood_for):
                yield from _in_three_ways(number)
                yield literally("decoded", b"%d" % int.from_bytes(number))


@lru_cache(64)
def _in_three_ways(value: bytes) -> tuple[Pattern, ...]:
    ways: tuple[tuple[Spelling, Callable[[bytes], Iterator[Pattern]]], ...] = (
        (Spelling("decoded"), lambda found: iter((literally("decoded", found),))),
        (Spelling("decoded in hexadecimal", any_case=True), hexadecimal),
        (Spelling("decoded, in base64"), base64),
    )
    return tuple(pattern._replace(spellings=(name,), kinds=()) for name, spell in ways for pattern in spell(value))


def _stood_for(value: bytes) -> Iterator[bytes]:
    value = value.strip()
    if uuid := UUID.fullmatch(value):
        # Its first three fields are in the byte order of the machine in Microsoft's GUID.
        fields = [bytes.fromhex(field.decode()) for field in uuid.groups()]
        yield b"".join(fields)
        yield b"".join((*(field[::-1] for field in fields[:3]), *fields[3:]))
        # In the old drivers of MongoDB for Java, in pickles and over Bluetooth, and as MySQL orders it by time.
        raw = b"".join(fields)
        yield from (raw[7::-1] + raw[:7:-1], raw[::-1], raw[6:8] + raw[4:6] + raw[:4] + raw[8:])
    elif _HEXADECIMAL.fullmatch(value):
        yield bytes.fromhex(re.sub(rb"[:\- ]", b"", value).decode())
    elif blocks := _PEM.findall(value):
        # A certificate beside a key is public.
        private = [body for label, body in blocks if b"PRIVATE" in label] or [body for _, body in blocks[:1]]
        yield from filter(None, map(_base64, private))
    elif _BASE64.fullmatch(b"".join(value.split())):
        yield from filter(None, (_base64(value),))


def _base64(text: bytes) -> bytes:
    """What base64 encodes, in either alphabet, with padding or without; empty if it is not base64."""
    text = b"".join(text.split()).rstrip(b"=").translate(_STANDARD)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""
