"""Spellings of signs and letters beyond ASCII that one language or another escapes in its own way."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

UMLAUTS, SIGNS = "Käsefüße über", "p$w%1 a,b;c*d_e#f(g)"

search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, text: bytes) -> set[str]:
    """The names of the spellings of the secret in this text."""
    return {match.spelling for match in search(secret).matches(b"It is " + text + b", yes")}


@pytest.mark.parametrize(
    "text",
    [
        re.escape(SIGNS),
        SIGNS.replace(",", "\\,").replace(";", "\\;"),
        SIGNS.replace("$", "$$"),
        SIGNS.replace("%", "%%"),
    ],
)
def test_signs_behind_a_backslash_or_doubled_are_found(text: str) -> None:
    assert seen(SIGNS, text.encode()) == {"signs escaped"}
    assert not seen(SIGNS, text.replace("a", "b").encode())


@pytest.mark.parametrize("quote", ["'\\''", "'\"'\"'"])
def test_a_quote_within_quotes_of_a_shell_is_found(quote: str) -> None:
    assert seen("it's so nice", f"it{quote}s so nice".encode()) == {"signs escaped"}
    assert not seen("it's so nice", f"it{quote[:-1]}xs so nice".encode())


@pytest.mark.parametrize("form", ["\\%x ", "\\%06x", "\\x{%x}", "\\'%02x", "%%u%04X"])
def test_letters_beyond_ascii_are_found_by_their_number(form: str) -> None:
    def written(text: str) -> bytes:
        return "".join(each if each.isascii() else form % ord(each) for each in text).encode()

    assert seen(UMLAUTS, written(UMLAUTS))
    assert not seen(UMLAUTS, written("Käsefäße über"))


def is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


HL7 = {"&": "\\T\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "\\": "\\E\\"}
TEX = {
    "&": "\\&",
    "|": "\\textbar{}",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "{": "\\{",
    "ä": '{\\"a}',
    "ü": '\\"{u}',
    "é": "\\'e",
    "ß": "{\\ss}",
    " ": "~",
}
TROFF = {"ä": "\\[:a]", "ü": "\\[u00FC]", "é": "\\['e]", "^": "\\(ha", "~": "\\(ti", " ": "\\ "}
# Each writes one character as a program does.
LANGUAGES: dict[str, Callable[[str], str]] = {
    "OOXML": lambda each: each if is_word(each) else f"_x{ord(each):04X}_",
    "HL7": lambda each: HL7.get(each, each),
    "HL7 in hexadecimal": lambda each: each if is_word(each) else f"\\X{each.encode().hex().upper()}\\",
    "Lua and DNS": lambda each: each if is_word(each) else "".join(f"\\{byte:03d}" for byte in each.encode()),
    "Lua, short": lambda each: each if is_word(each) else "".join(f"\\{byte}" for byte in each.encode()),
    "TeX": lambda each: TEX.get(each, each),
    "TeX, by numbers": lambda each: each if is_word(each) else "".join(f"^^{byte:02x}" for byte in each.encode()),
    "troff": lambda each: TROFF.get(each, each),
    "RTF": lambda each: each if each.isascii() else f"\\u{ord(each)}?",
    "RTF, another": lambda each: each if each.isascii() else f"\\uc1\\u{ord(each)}\\'3f",
    "CSS": lambda each: each if is_word(each) else f"\\{ord(each):x} ",
    "SQL": lambda each: each if is_word(each) else f"\\{ord(each):04X}",
    "Perl": lambda each: each if is_word(each) else f"\\x{{{ord(each):x}}}",
    "PowerShell": lambda each: each if is_word(each) else f"`u{{{ord(each):x}}}",
    "LDAP": lambda each: each if is_word(each) else "".join(f"\\{byte:02x}" for byte in each.encode()),
    "cat -v": lambda each: each if each.isascii() else "".join(map(shown, each.encode())),
}
ANYTHING = "Käse & Füße|é^~x y"


def shown(byte: int) -> str:
    return "M-" + (f"^{chr((byte & 127) ^ 64)}" if byte & 127 < 32 else chr(byte & 127))


@for_each(name=LANGUAGES)
def test_what_a_language_escapes_is_found_also_in_a_string(name: str) -> None:
    def written(text: str) -> str:
        return "".join(map(LANGUAGES[name], text))

    for text in (written(ANYTHING), json.dumps(written(ANYTHING), ensure_ascii=False)[1:-1]):
        assert seen(ANYTHING, text.encode()), text
    assert not seen(ANYTHING, written(ANYTHING.replace("&", "+")).encode())
    assert not seen(ANYTHING, written(ANYTHING.replace("ä", "ö")).encode())


def test_what_rsyslog_writes_is_found() -> None:
    assert seen("one\ttwo three", b"one#011two#040three") == {"signs escaped"}
    assert not seen("one\ttwo three", b"one#012two#040three")


def test_other_characters_are_found() -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) for each in "4539-1488")
    assert seen("4539-1488", wide.encode()) == {"full-width"}
    assert not seen("4539-1487", wide.encode())
    assert seen("key \U0001f511 x", b"key \xed\xa0\xbd\xed\xb4\x91 x") == {"CESU-8"}
    assert not seen("key \U0001f512 x", b"key \xed\xa0\xbd\xed\xb4\x91 x")


@for_each(before=[b"", b"a:", b"ab:", b"anna:", b"\0bob\0"], secret=[UMLAUTS, "contraseña", "gehéimWört9"])
def test_latin_1_in_base64_is_found(secret: str, before: bytes) -> None:
    code = base64.b64encode(before + secret.encode("latin-1"))
    assert seen(secret, code) == {"another charset in base64, Latin-1"}
    assert not seen(secret, base64.b64encode(before + secret.replace("e", "a").encode("latin-1")))


@for_each(
    case=[
        ("Tr0ub4dor&3", "Tr0ub4dor^&3", "&4"),
        ("Tr0ub4dor&3", "Tr0ub4dor`&3", "`|3"),
        ("fluffy tail", "fluffy%stail", "%dtail"),
        ("fluffy tail", "fluffy{SPACE}tail", "{ENTER}tail"),
        ("50% off", "50{%} off", "{+} off"),
        (UMLAUTS, "K\\N{LATIN SMALL LETTER A WITH DIAERESIS}sefüße über", "OPERATOR"),
        (UMLAUTS, "Käsef\\N{U+FC}ße über", "U+FD"),
        (UMLAUTS, "Käsef\\+0000fc\\+0000dfe über", "\\+0000e0"),
        (UMLAUTS, "Käsef{U+00FC}ße über", "{U+00FD}"),
        (UMLAUTS, "Käsef_C3_BC_C3_9fe über", "_C4"),
        (UMLAUTS, "K.C3.A4sef.C3.BC.C3.9Fe_.C3.BCber", ".C4"),
        (UMLAUTS, "Käsef*fc*dfe*20*fcber", "*fd"),
        (UMLAUTS, 'K"asef"u"se "uber', '"ubel'),
        (UMLAUTS, "K&aumlsef&#252&szlige &#xfcber", "&aacute"),
        ("Tr0ub4dor&3", "Tr0ub4dor|26|3", "|27|"),
    ]
)
def test_signs_of_programs_with_an_escape_of_their_own_are_found(case: tuple[str, str, str]) -> None:
    secret, text, other = case
    assert seen(secret, text.encode())
    # A look-alike: the same text with another sign at that place.
    assert not seen(secret, (text[: -len(other)] + other).encode())


def test_octal_digits_behind_a_zero_are_found() -> None:
    written = "".join(f"\\0{ord(each):03o}" for each in "fluffy tail").encode()
    assert seen("fluffy tail", written)
    assert not seen("fluffy tail", written.replace(b"0146", b"0147"))
