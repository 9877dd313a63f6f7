"""Signs that HTML, XML or JSON escape, whichever way and how often; and what stands between angle brackets."""

from __future__ import annotations

from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.coding import SHORTEST_BASE85

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The signs, and their names.
SIGNS = {b"&": b"amp", b"<": b"lt", b">": b"gt", b'"': b"quot", b"'": b"apos"}
# An ampersand, which may be escaped itself, also several times.
_AND = rb"(?:&|\\{1,8}u0026)(?:(?:amp|#38|#[xX]26);){0,4}"
_BEFORE_NAME = lazy_pattern(rb"[&;]|u0026")
PARTIAL_ESCAPE = lazy_pattern(rb"(?:%b[#0-9A-Za-z]{0,6}|\\{1,8}(?:u[0-9A-Fa-f]{0,3})?)\Z" % _AND)
# Angle brackets of HTML or XML, which may be escaped; and a section of CDATA, in which they are not.
_BRACKET = lazy_pattern(rb"(<)|>|(%b)(?:(lt|#60|#[xX]3[cC])|gt|#62|#[xX]3[eE]);|(\\{1,8})u003(?:([cC])|[eE])" % _AND)
# Without the first of these, or one of the others, no text ends.
_BRACKET_MARKS = b"<", b";", b"u003"
_CDATA = lazy_pattern(rb"(?<=<!\[CDATA\[).{%d,}?(?:(?=\]\]>)|\Z)" % SHORTEST_BASE85)


def escape_of(signs: Iterable[bytes]) -> bytes:
    """An expression for these signs as entities, which may be escaped themselves, or as code units (`u0026`).

    It is empty if there are none.
    """
    if not (signs := [*signs]):
        return b""
    names, codes = b"|".join(map(SIGNS.__getitem__, signs)), b"|".join(b"%02x" % ord(sign) for sign in signs)
    numbers = b"|".join(b"%d" % ord(sign) for sign in signs)
    return rb"(?:%b(?:%b|#(?:%b)|#[xX](?i:%b));|\\{1,8}u00(?i:%b))" % (_AND, names, numbers, codes, codes)


@lru_cache(256)
def sign_of(escape: bytes) -> bytes:
    """The sign that is escaped so."""
    if not escape.endswith(b";"):
        return bytes([int(escape[-2:], 16)])
    return unescape(f"&{_BEFORE_NAME.split(escape[:-1])[-1].decode()};").encode()


def texts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The texts of elements up to their end tags, and of sections of CDATA, in which base85 may be.

    A slash may be missing behind the last bracket, where something else begins.
    """
    if not any(data.find(mark, start, end) >= 0 for mark in _BRACKET_MARKS):
        return
    # Where the text begins behind the last bracket, for each way to escape one.
    begins: dict[int, int] = {}
    for bracket in _BRACKET.finditer(data, start, end):
        escape = bracket[2] or bracket[4] or b""
        way = 6 * escape.count(b"\\") + (1 + escape.count(b";") if bracket[2] else 0)
        text = begins.pop(way, end)
        if not (bracket[1] or bracket[3] or bracket[5]):
            begins[way] = bracket.end()
        elif bracket.start() - text >= SHORTEST_BASE85 and data[bracket.end() : end][:1] in b"/":
            yield text, bracket.start()
    yield from (section.span() for section in _CDATA.finditer(data, start, end))
