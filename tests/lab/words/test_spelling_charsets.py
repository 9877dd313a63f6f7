"""Spellings in other charsets, and in the forms of text beyond ASCII that consist of ASCII."""

from __future__ import annotations

import base64
import codecs
import encodings
import html
import json
import pkgutil
import time
from email.header import Header
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from overheard.words.secret import Secret
from overheard.words.spelling import patterns
from overheard.words.spelling.charsets import STATEFUL, STATELESS
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

RUSSIAN, POLISH, EURO, GREEK = "пароль-Секрет-77", "zażółć-gęślą-jaźń", "preis-42€-geheim-ß", "κωδικός πρόσβασης"
CHINESE, JAPANESE, KOREAN = "绝密口令二〇二六", "秘密のパスワード", "비밀번호는 이것"
VIETNAMESE, HEBREW, ARABIC, THAI = "mật khẩu tiếng", "סיסמה סודית", "كلمة السر", "รหัสผ่านลับ"
# What is no charset, is one of Unicode's, or is in the table of spellings by another name.
NO_CHARSETS = {
    *("ascii", "aliases", "base64_codec", "bz2_codec", "charmap", "hex_codec", "mbcs", "oem", "quopri_codec", "rot_13"),
    *("undefined", "uu_codec", "zlib_codec", "idna", "punycode", "raw_unicode_escape", "unicode_escape", "utf_7"),
    *("utf_8", "utf_8_sig", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"),
    *("latin_1", "iso8859_1", "cp1252"),
}


search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, data: bytes) -> set[str]:
    """The names of the spellings of the secret in these bytes."""
    return {match.spelling for match in search(secret).matches(data)}


def test_every_charset_of_pythons_codecs_is_there() -> None:
    modules = {module.name for module in pkgutil.iter_modules(encodings.__path__)} - NO_CHARSETS
    ours = {codecs.lookup(name).name for name in (*STATELESS, *STATEFUL)}
    assert {codecs.lookup(module).name for module in modules if not module.startswith("_")} <= ours


@pytest.mark.slow
@pytest.mark.parametrize(
    ("secret", "charset"),
    [
        *((RUSSIAN, name) for name in ("windows-1251", "KOI8-R", "ISO-8859-5", "CP866", "CP855", "Mac-Cyrillic")),
        *((POLISH, name) for name in ("windows-1250", "ISO-8859-2", "CP852", "Mac-Latin2", "GB18030")),
        *((EURO, name) for name in ("ISO-8859-15", "CP858", "Mac-Roman", "CP1140")),
        *((GREEK, name) for name in ("windows-1253", "CP869", "Mac-Greek", "CP875")),
        *((CHINESE, name) for name in ("GBK", "GB18030")),
        ("機密口令", "Big5"),
        *((JAPANESE, name) for name in ("Shift_JIS", "EUC-JP", "ISO-2022-JP")),
        *((KOREAN, name) for name in ("EUC-KR", "Johab", "ISO-2022-KR")),
        ("绝密口令", "HZ"),
        *((HEBREW, name) for name in ("windows-1255", "ISO-8859-8", "CP862")),
        *((ARABIC, name) for name in ("windows-1256", "ISO-8859-6", "CP720")),
        (THAI, "TIS-620"),
        ("fluffy tail", "CP037"),
        *(("fluffy[tail]!{4711}~", name) for name in ("CP273", "CP1026")),
    ],
)
def test_a_secret_is_found_in_another_charset_and_escaped_in_it(secret: str, charset: str) -> None:
    value = secret.encode(charset)
    written = [value]
    if not secret.isascii():
        word = Header(secret, charset).encode().encode() if charset in ("KOI8-R", "ISO-8859-2") else value
        written += [quote(value).encode(), quote_plus(value).encode(), codecs.encode(value, "quopri"), word]
        written += [base64.b64encode(b"x" * before + value) for before in range(3)]
    for each in written:
        found = seen(secret, b"secret: " + each + b" and so on")
        assert found, each
        assert all(name.startswith(("another charset", "EBCDIC")) for name in found), each


def test_tones_that_are_apart_are_found() -> None:
    """Windows-1258 has letters and tones."""
    tones = "mâ\u0323t khâ\u0309u tiê\u0301ng".encode("cp1258")
    assert seen(VIETNAMESE, tones) == {"another charset, windows-1258"}


@pytest.mark.parametrize("around", ["これは{}です", "a{}b", "{}"])
def test_neighbours_may_share_a_character_set_with_the_secret(around: str) -> None:
    text = around.format(JAPANESE)
    assert seen(JAPANESE, text.encode("iso-2022-jp")) == {"another charset, ISO-2022-JP"}
    for before in ("", "は", "こは"):
        assert seen(JAPANESE, (before + text).encode("utf-7")) == {"UTF-7"}


@pytest.mark.parametrize("secret", [RUSSIAN, POLISH, EURO, GREEK, JAPANESE, "a+ü b~c+", "~x\\é!"])
def test_utf7_and_punycode_are_found(secret: str) -> None:
    assert seen(secret, secret.encode("utf-7")) == {"UTF-7"}
    assert seen(secret, b"xn--" + secret.lower().encode("punycode")) >= {"punycode"}


def test_mailboxes_of_imap_are_found() -> None:
    """With the examples of RFC 3501, 5.1.3, and an ampersand in a secret of ASCII."""
    assert seen("台北", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-") == {"UTF-7 of IMAP"}
    assert seen(POLISH, b'"za&AXwA8wFCAQc--g&ARkBWw-l&AQU--ja&AXoBRA-"') == {"UTF-7 of IMAP"}
    assert seen("fish&chips&", b'LIST "/" "fish&-chips&-"') == {"UTF-7 of IMAP"}
    assert seen("fish+chips", b"fish+-chips") == {"UTF-7"}


@for_each(
    escape=[
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(json.dumps(text)),
        lambda text: json.dumps(text).replace("/", "\\/"),
        lambda text: text.replace('"', '""'),
        html.escape,
        quote_plus,
        lambda text: quote(text, safe=""),
        lambda text: quote(quote(text, safe="")),
        lambda text: html.escape(json.dumps(text)),
    ],
    secret=['it\'s \\ +<"50%">/=?', 'секрет, "пароль"', "~~<日本語>~~"],
)
def test_utf7_is_found_escaped(secret: str, escape: Callable[[str], str]) -> None:
    assert seen(secret, b"note=" + escape(secret.encode("utf-7").decode()).encode() + b"&x=1") == {"UTF-7"}
    assert not seen(secret, b"note=" + escape(secret.encode("utf-7").decode()[:-3]).encode() + b"&x=1")


@pytest.mark.parametrize("escape", [html.escape, lambda text: text.replace('"', '""')])
def test_quotes_in_another_charset_are_found_escaped(escape: Callable[[str], str]) -> None:
    text = POLISH + " 'a' \"b\""
    assert seen(text, escape(text).encode("windows-1250")) == {"another charset, windows-1250"}


@pytest.mark.parametrize(
    ("secret", "data"),
    [
        (RUSSIAN, "пароль-Секрет-78".encode("windows-1251")),
        (RUSSIAN, "пароль-".encode("windows-1251") + "Секрет-77".encode("koi8-r")),
        (JAPANESE, "秘密のパスワート".encode("iso-2022-jp")),
        (POLISH, b"za&AXwA8wFCAQc--g&ARkBWw-l&AQU--ja&AXoBRQ-"),
        (EURO, "preis-42\xa4-geheim-\xdf".encode("cp1252").replace(b"42", b"43")),
        ("fish&chips", b"fish-chips &chips"),
    ],
)
def test_other_text_is_not_found(secret: str, data: bytes) -> None:
    assert not seen(secret, data)


def test_the_same_bytes_are_searched_for_once_and_ascii_costs_nothing() -> None:
    names = [pattern.spellings[0].name for pattern in patterns(RUSSIAN.encode())]
    assert len([name for name in names if name.startswith("another charset, ")]) < 20
    of_ascii = patterns(b"fluffy tail")
    ascii_only = [pattern for pattern in of_ascii if "EBCDIC" in pattern.spellings[0].name]
    assert all(pattern.shape.literal for pattern in ascii_only)
    assert len(ascii_only) <= 2
    assert not {"UTF-7", "UTF-7 of IMAP", "punycode"} & {
        pattern.spellings[0].name for pattern in patterns(b"fluffy tail")
    }


@pytest.mark.slow
def test_a_long_secret_is_found() -> None:
    secret = RUSSIAN * 120
    begun = time.perf_counter()
    assert seen(secret, secret.encode("koi8-r") + b" " + secret.encode("utf-7")) >= {"another charset, KOI8-R"}
    assert time.perf_counter() - begun < 60
