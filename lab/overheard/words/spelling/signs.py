"""Signs, blanks and letters beyond ASCII in languages that leave other characters alone: escaped, or by their names."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import name as unicode_name
from unicodedata import normalize

from overheard.words.spelling.forms import ZEROS, Codecs, by_byte, encoded, only
from overheard.words.spelling.look import Look, either, exactly, in_either_case, one_of, perhaps, repeated, row

# Doubled in a string.
_BACKSLASH = repeated(exactly(b"\\"), 1, 2)
_OPENED, _CLOSED = perhaps(one_of(b"{ ")), repeated(exactly(b"}"), 0, 2)
# What a program that knows no such character shows in its place (RTF 1.9, Unicode RTF).
_INSTEAD = perhaps(either(one_of(b"? "), row(_BACKSLASH, exactly(b"'"), *2 * [one_of(b"0123456789ABCDEFabcdef")])))
_NOTHING_INSTEAD = perhaps(row(_BACKSLASH, exactly(b"uc"), one_of(b"01"), perhaps(exactly(b" "))))
# In HL7 (2.7.1), TeX and troff.
_HL7 = {"&": b"T", "|": b"F", "^": b"S", "~": b"R", "\\": b"E"}
_TEX = {
    "~": b"textasciitilde",
    "^": b"textasciicircum",
    "\\": b"textbackslash",
    '"': b"textquotedbl",
    "<": b"textless",
    ">": b"textgreater",
    "|": b"textbar",
    "{": b"textbraceleft",
    "}": b"textbraceright",
    "'": b"textquotesingle",
    "_": b"textunderscore",
    "$": b"textdollar",
    "€": b"texteuro",
    "ß": b"ss",
    "æ": b"ae",
    "Æ": b"AE",
    "ø": b"o",
    "Ø": b"O",
    "å": b"aa",
    "Å": b"AA",
    "ł": b"l",
    "Ł": b"L",
}
_TROFF = {
    "'": b"aq",
    '"': b"dq",
    "^": b"ha",
    "~": b"ti",
    "\\": b"rs",
    "€": b"Eu",
    "ß": b"ss",
    "\u2013": b"en",
    "\u2014": b"em",
}
# Accents, as TeX and troff write them before a letter.
_ACCENTS = {
    "\u0300": (b"`", b"`"),
    "\u0301": (b"'", b"'"),
    "\u0302": (b"^", b"^"),
    "\u0303": (b"~", b"~"),
    "\u0308": (b'"', b":"),
    "\u0327": (b"c", b","),
    "\u030a": (b"r", b"o"),
    "\u030c": (b"v", b"v"),
    "\u0304": (b"=", b"-"),
    "\u0306": (b"u", b"u"),
    "\u030b": (b"H", b"H"),
    "\u0328": (b"k", b"k"),
}
_OPERATOR = repeated(one_of(b" |&+."), 1, 6)
_UMLAUTS = {"ä": b"a", "ö": b"o", "ü": b"u", "Ä": b"A", "Ö": b"O", "Ü": b"U", "ß": b"s"}


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _quoted(character: str, _: Codecs) -> Iterator[Look]:
    """A sign behind a backslash, as calendars, regular expressions, Markdown and shells have it; or doubled."""
    if character.isascii() and character.isprintable() and not character.isalnum() and character not in "\"'`/\\":
        yield row(_BACKSLASH, exactly(character.encode()))
    if character in "$%{}":
        yield exactly(character.encode() * 2)
    if character.isascii() and character.isprintable() and not character.isalnum() and character not in "`^":
        # PowerShell, and cmd.
        yield row(one_of(b"`^"), exactly(character.encode()))
    if character == "'":
        yield from (exactly(b"'\\''"), exactly(b"'\"'\"'"))


def _by_number(character: str, codecs: Codecs) -> Iterator[Look]:
    """As CSS (Syntax 3, 4.3.7), SQL, Perl, PowerShell, LDAP (RFC 4514, 2.4), HL7, RTF, TeX and troff have it."""
    if _is_word(character):
        return
    number = in_either_case(b"%x" % ord(character))
    yield row(_BACKSLASH, ZEROS, number, perhaps(exactly(b" ")))
    yield row(either(row(_BACKSLASH, exactly(b"x{")), exactly(b"`u{")), ZEROS, number, exactly(b"}"))
    yield row(_BACKSLASH, exactly(b"[u"), ZEROS, number, exactly(b"]"))
    for value in encoded(character, codecs):
        yield row(_BACKSLASH, exactly(b"X"), in_either_case(value.hex().encode()), _BACKSLASH)
    yield from by_byte(_BACKSLASH, exactly(b"'"))(character, codecs)
    yield from by_byte(exactly(b"^^"))(character, codecs)
    if not character.isascii():
        yield from by_byte(_BACKSLASH)(character, codecs)


def _in_decimal(character: str, codecs: Codecs) -> Iterator[Look]:
    """Bytes as Lua and DNS (RFC 1035, 5.1) have them, if that cannot be octal, too; and UTF-16, as RTF has it."""
    if _is_word(character):
        return
    if min(character.encode()) > 7:
        yield from by_byte(_BACKSLASH, repeated(exactly(b"0"), 0, 1), digits="d")(character, codecs)
    numbers = (row(_BACKSLASH, exactly(b"u%d" % unit), _INSTEAD) for unit in _units(character, signed=True))
    yield row(_NOTHING_INSTEAD, *numbers)


def _in_ooxml(character: str, _: Codecs) -> Iterator[Look]:
    """As names in XML and texts of Office have it (ECMA-376, 22.9.2.19)."""
    if not _is_word(character):
        yield row(*(row(exactly(b"_x"), in_either_case(b"%04x" % unit), exactly(b"_")) for unit in _units(character)))


def _units(character: str, *, signed: bool = False) -> Iterator[int]:
    units = character.encode("utf-16-be")
    yield from (int.from_bytes(units[at : at + 2], signed=signed) for at in range(0, len(units), 2))


def _named(character: str, _: Codecs) -> Iterator[Look]:
    """A sign by its name."""
    if name := _HL7.get(character):
        yield row(_BACKSLASH, exactly(name), _BACKSLASH)
    if name := _TEX.get(character):
        yield row(
            perhaps(exactly(b"{")), _BACKSLASH, exactly(name), perhaps(either(*map(exactly, (b"{}", b"}", b" "))))
        )
    if name := _TROFF.get(character):
        yield row(_BACKSLASH, either(exactly(b"(" + name), exactly(b"[" + name + b"]")))


def _accented(character: str, _: Codecs) -> Iterator[Look]:
    r"""A letter behind its accent: `{\"o}`, `\[:o]`."""
    apart = normalize("NFD", character)
    letter, accent = apart[:1], apart[1:]
    if letter.isascii() and accent in _ACCENTS:
        tex, troff = _ACCENTS[accent]
        yield row(
            *(perhaps(exactly(b"{")), repeated(exactly(b"\\"), 1, 3), exactly(tex)),
            *(_OPENED, perhaps(_BACKSLASH), exactly(letter.encode()), _CLOSED),
        )
        yield row(_BACKSLASH, exactly(b"[" + troff + letter.encode() + b"]"))


def _rsyslog(character: str, codecs: Codecs) -> Iterator[Look]:
    """As rsyslog writes control characters, and others if it is told to: `#012`."""
    if not (character.isascii() and character.isprintable()) or character == " ":
        yield from by_byte(exactly(b"#"), digits="03o")(character, codecs)


def _shown(character: str, codecs: Codecs) -> Iterator[Look]:
    """As `cat -v` shows the bytes beyond ASCII: `M-C`."""
    if not character.isascii():
        for value in encoded(character, codecs):
            yield exactly(b"".join(map(_shown_byte, value)))


def _shown_byte(byte: int) -> bytes:
    low = byte & 0x7F
    before = b"M-" if byte > low else b""
    return before + (bytes([low]) if 32 <= low < 127 else b"^" + bytes([low ^ 0x40]))


def _by_unicode_name(character: str, _: Codecs) -> Iterator[Look]:
    """As Python and Perl have a character by its name or number in Unicode, and PostgreSQL by its number."""
    if _is_word(character):
        return
    number = in_either_case(b"%x" % ord(character))
    names = [exactly(each.encode()) for each in (unicode_name(character, ""),) if each]
    yield row(_BACKSLASH, exactly(b"N{"), either(*names, row(exactly(b"U+"), ZEROS, number)), exactly(b"}"))
    yield row(_BACKSLASH, exactly(b"+"), in_either_case(b"%06x" % ord(character)))
    # AutoHotkey.
    yield row(exactly(b"{U+"), ZEROS, number, exactly(b"}"))


def _in_few_places(character: str, codecs: Codecs) -> Iterator[Look]:
    """Bytes as labels of printers (ZPL) and anchors of MediaWiki have them, in rules of Snort; and JSURL."""
    if _is_word(character):
        return
    yield from by_byte(one_of(b"_."))(character, codecs)
    for value in encoded(character, codecs):
        yield row(exactly(b"|"), in_either_case(value.hex(" ").encode()), exactly(b"|"))
    units = _units(character)
    yield row(*(row(exactly(b"*"), in_either_case(b"%02x" % u if u < 256 else b"*%04x" % u)) for u in units))


def _in_a_call(character: str, _: Codecs) -> Iterator[Look]:
    """A function of its number between two strings: `'||CHR(38)||'` in SQL, `" & ChrW(246) & "` in Basic."""
    if not _is_word(character):
        names = either(*(in_either_case(name) for name in (b"chr", b"char", b"chrw", b"nchar", b"unichar")))
        number = exactly(b"%d" % ord(character))
        yield row(one_of(b"'\""), _OPERATOR, names, exactly(b"("), number, exactly(b")"), _OPERATOR, one_of(b"'\""))


def _in_german_tex(character: str, _: Codecs) -> Iterator[Look]:
    """As babel has umlauts."""
    if letter := _UMLAUTS.get(character):
        yield exactly(b'"' + letter)


def _sent_as_keys(character: str, _: Codecs) -> Iterator[Look]:
    """As SendKeys and AutoHotkey have a blank and signs, and `input text` of Android a blank."""
    if character == " ":
        yield from (exactly(b"%s"), row(exactly(b"{"), in_either_case(b"space"), exactly(b"}")))
    elif character in "+^%~(){}[]!#":
        yield exactly(b"{" + character.encode() + b"}")


SIGNS = (
    *(_by_unicode_name, _in_few_places, _in_a_call, _in_german_tex, _sent_as_keys),
    *(_quoted, _by_number, _in_decimal, _in_ooxml, _named, _accented, _rsyslog, _shown),
    # A blank that is no line break in TeX.
    only(" ", exactly(b"~")),
)
