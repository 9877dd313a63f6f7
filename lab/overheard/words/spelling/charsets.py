"""Charsets other than Unicode's and Latin-1: a secret in each of Python's codecs that can write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from overheard.words.spelling.characters import IN_A_CHARSET
from overheard.words.spelling.codes import base64
from overheard.words.spelling.shape import Pattern, Shape, Spelling, end_of, literally
from overheard.words.spelling.text import Text


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


# As IANA or Python calls them, the most common first: if several give the same bytes, the first name counts.
STATELESS = _listed("""
    windows-1250 windows-1251 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258
    ISO-8859-2 ISO-8859-3 ISO-8859-4 ISO-8859-5 ISO-8859-6 ISO-8859-7 ISO-8859-8 ISO-8859-9 ISO-8859-10
    ISO-8859-11 ISO-8859-13 ISO-8859-14 ISO-8859-15 ISO-8859-16 KOI8-R KOI8-U KOI8-T TIS-620 CP874
    GB2312 GBK GB18030 Big5 Big5-HKSCS CP950 Shift_JIS CP932 Shift_JISX0213 Shift_JIS-2004 EUC-JP
    EUC_JISX0213 EUC_JIS_2004 EUC-KR CP949 Johab
    CP437 CP720 CP737 CP775 CP850 CP852 CP855 CP856 CP857 CP858 CP860 CP861 CP862 CP863 CP864 CP865 CP866
    CP869 CP1006 CP1125 HP-Roman8 KZ1048 PTCP154 PalmOS Mac-Roman Mac-Arabic Mac-Croatian Mac-Cyrillic
    Mac-Farsi Mac-Greek Mac-Iceland Mac-Latin2 Mac-Romanian Mac-Turkish
    CP037 CP273 CP424 CP500 CP875 CP1026 CP1140
""")
# These write ASCII with other bytes (EBCDIC). They differ in punctuation alone, and each takes time to import.
_NOT_ASCII = _listed("CP037 CP500 CP273 CP424 CP875 CP1026 CP1140")
# These switch between character sets within a text (RFC 1468, 1554, 1557, 1843).
STATEFUL = _listed("""
    ISO-2022-JP ISO-2022-JP-1 ISO-2022-JP-2 ISO-2022-JP-3 ISO-2022-JP-2004 ISO-2022-JP-EXT
    ISO-2022-KR HZ
""")
# A switch at the beginning or at the end is not there if the neighbours of a secret are in the same character set.
_SWITCH = rb"(?:\x1b\$?[()*+./-]?[@-Za-z]|[\x0e\x0f]|~[{}])*"
_CORE = re.compile(_SWITCH + rb"(.*?)" + _SWITCH, re.DOTALL)


def in_charsets(text: Text) -> Iterator[Pattern]:
    """The text in each charset, literally or escaped byte by byte, and in base64."""
    if text.is_text and text.value.isascii():
        for value, charset in _not_ascii(text.text).items():
            yield literally(f"EBCDIC, {charset}", value)
    elif text.is_text:
        # Latin-1 as it is, is a spelling like UTF-8.
        if units := text.encodable("cp1252"):
            yield from _base64("Latin-1", b"".join(unit[0].encode("cp1252") for unit in units))
        for charset, value, shape in (*_stateless(text), *_stateful(text)):
            yield Pattern(shape, (Spelling(f"another charset, {charset}", any_case=True),), end_of(shape))
            yield from _base64(charset, value)


def _base64(charset: str, value: bytes) -> Iterator[Pattern]:
    spelling = Spelling(f"another charset in base64, {charset}")
    return (pattern._replace(spellings=(spelling,), kinds=()) for pattern in base64(value))


def _not_ascii(text: str) -> dict[bytes, str]:
    """What a text of ASCII is in EBCDIC, and the first charset that writes it so."""
    written: dict[bytes, str] = {}
    charsets = _NOT_ASCII[:1] if text.replace(" ", "").isalnum() else _NOT_ASCII
    for charset in charsets:
        with suppress(UnicodeEncodeError):
            written.setdefault(text.encode(charset), charset)
    return written


def _stateless(text: Text) -> Iterator[tuple[str, bytes, Shape]]:
    """The name of each charset that can write the text with other bytes, what that is literally, and its shape."""
    seen = {text.value}
    for charset in ("latin-1", "cp1252", *STATELESS):
        units = text.encodable(charset)
        value = b"".join(unit[0].encode(charset) for unit in units)
        if units and value not in seen:
            seen.add(value)
            if charset in STATELESS:
                yield charset, value, text.written(IN_A_CHARSET, units=units, codecs=(charset,))


def _stateful(text: Text) -> Iterator[tuple[str, bytes, Shape]]:
    seen = set()
    for charset in STATEFUL:
        try:
            core = _CORE.fullmatch(text.text.encode(charset))
        except UnicodeEncodeError:
            continue
        if core and core[1] not in seen:
            seen.add(core[1])
            yield charset, core[1], Text(core[1]).written(IN_A_CHARSET, codecs=("ascii",))
