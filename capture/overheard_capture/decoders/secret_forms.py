"""Forms of secrets: by these it is told whether a secret that is in one value may go on in another one."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from itertools import pairwise, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.secret import Secret

# How much of a secret, and of a value before another one, is looked at.
REACH = 4096
_BLANK = 32
# Signs that libraries escape by their number: none, those of HTML (Go), with its quotes (Rails), or more (.NET).
_ESCAPED_SIGNS = ("", "&<>", "&<>'", "&<>'\"", "&<>'\"+`")


class Forms:
    """The secrets as JSON has them, in lower case, with single blanks: by these it is told which values may go on."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        found = (re.sub(rb"\s+", b" ", form.lower())[:REACH] for each in secrets for form in _forms(each.value))
        self.forms = [form for form in dict.fromkeys(found) if len(form) > 1]
        self.pairs = {pair for form in self.forms for pair in _pairs(form)}
        bits = bytearray(1 << 13)
        for first, second in self.pairs:
            for number in (one << 8 | other for one in _cases(first) for other in _cases(second)):
                bits[number >> 3] |= 1 << (number & 7)
        counted = [struct.pack("=I", len(form)) + form for form in self.forms]
        self.packed = bytes(bits) + struct.pack("=I", len(counted)) + b"".join(counted)

    def go_on(self, before: bytes, after: bytes) -> bool:
        """Whether a secret that `before` ends with, or is a part of, may go on in `after`."""
        before, after = before.lower(), after.lower()
        return (before[-1], after[0]) in self.pairs and any(
            before.endswith(form[:cut]) or form[:cut].endswith(before)
            for form in self.forms
            for cut in range(1, len(form))
            if form[cut - 1] == before[-1] and _begins(after, form[cut + (form[cut] == _BLANK != after[0]) :])
        )


def _begins(value: bytes, rest: bytes) -> bool:
    """Whether one of both begins with the other one."""
    return bool(rest) and (value.startswith(rest) or rest.startswith(value))


def _pairs(form: bytes) -> Iterator[tuple[int, int]]:
    yield from pairwise(form)
    yield from ((one, other) for one, blank, other in zip(form, form[1:], form[2:], strict=False) if blank == _BLANK)


def _cases(byte: int) -> set[int]:
    return {*bytes([byte]).lower(), *bytes([byte]).upper()}


def _forms(value: bytes) -> Iterator[bytes]:
    """A secret as programs write it into a string."""
    yield value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return
    from json import dumps  # noqa: PLC0415  (a text without strings and tables needs no forms)

    for each in dict.fromkeys(unicodedata.normalize(form, text) for form in ("NFC", "NFD")):
        for ascii_only, signs in product((True, False), _ESCAPED_SIGNS):
            written = "".join(_escaped(sign, signs, ascii_only=ascii_only) for sign in each)
            forms = (written, written.replace("/", "\\/"))
            yield from (form.encode() for form in forms)
            # In JSON in a string.
            yield from (dumps(form, ensure_ascii=False)[1:-1].encode() for form in forms)


def _escaped(sign: str, signs: str, *, ascii_only: bool) -> str:
    from json import dumps  # noqa: PLC0415  (the same)

    return f"\\u{ord(sign):04x}" if sign in signs else dumps(sign, ensure_ascii=ascii_only)[1:-1]


@lru_cache(maxsize=8)
def forms_of(secrets: tuple[Secret, ...]) -> Forms:
    """The forms of these secrets."""
    return Forms(secrets)
