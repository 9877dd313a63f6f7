"""Typographic signs, several lines, lists of characters, and UTF-8 that was taken for another charset."""

from __future__ import annotations

import html
import json
import textwrap
from email.message import EmailMessage

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search
from rows import for_each

KEY, NAME, SAYING = "sk_test_4eC39HqLyjWDarjtT1zdp7dc", "Jürgen Müßiggänger", 'it\'s a "test" - now'
UUID = "7f9c24e8-3b12-4d6a-9f1e-0a5b6c7d8e9f"
TOKEN = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{KEY}"


def seen(secret: str, text: str) -> set[str]:
    return {
        match.spelling for match in Search(Secret("text", secret.encode()), large_input=False).matches(text.encode())
    }


def attached(name: str) -> str:
    message = EmailMessage()
    message.add_attachment(b"x", maintype="image", subtype="png", filename=name)
    return message.as_string()


LISTED = [
    json.dumps(list(KEY)),
    json.dumps(list(KEY), indent=2),
    json.dumps(dict(enumerate(KEY))),
    str(list(KEY)),
    f"[{', '.join(KEY)}]",
]
NUMBERS = [
    json.dumps(dict(enumerate(KEY.encode()))),
    json.dumps(dict(enumerate(KEY.encode())), indent=2),
    "".join(f"    - {byte}\n" for byte in KEY.encode()),
]


@pytest.mark.parametrize("text", LISTED)
def test_a_list_of_its_characters_is_found(text: str) -> None:
    assert seen(KEY, text) == {"list of characters"}
    assert not seen(KEY, text.replace("L", "M"))


@pytest.mark.parametrize("text", NUMBERS)
def test_an_object_or_a_list_of_its_bytes_is_found(text: str) -> None:
    assert seen(KEY, text) == {"decimal"}
    assert not seen(KEY, text.replace("115", "116"))


@for_each(width=[20, 40, 64, 76], newline=["\n", "\r\n", "\n    ", "\n> "])
def test_a_long_text_without_blanks_is_found_on_several_lines(width: int, newline: str) -> None:
    lines = textwrap.wrap(TOKEN, width)
    assert seen(TOKEN, newline.join(lines)) & {"on several lines", "folded"}
    assert not seen(TOKEN, newline.join([*lines[:1], "and", *lines[1:]]))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_uuid_is_found_wherever_a_terminal_breaks_it(newline: str) -> None:
    search = Search(Secret("text", UUID.encode()), large_input=False)
    for at in range(1, len(UUID)):
        text = f"{'id=' * 11}{UUID[:at]}{newline}{UUID[at:]}, and so on."
        assert {match.spelling for match in search.matches(text.encode())} == {"on several lines"}, at
        assert not search.matches(text.replace(newline, f"{newline}x").encode())


def test_typographic_signs_are_found() -> None:
    for text in ("it\u2019s a \u201ctest\u201d \u2013 now", "it&rsquo;s a &ldquo;test&rdquo; &#8212; now"):
        assert seen(SAYING, text) == {"with typographic signs"}
        assert not seen(SAYING, text.replace("now", "not"))
    assert seen(SAYING, json.dumps("it\u2019s a \u201etest\u201c \u2011 now")) == {"with typographic signs"}
    assert seen(SAYING, SAYING) == {"plainly"}


PASSWORD = "Swordfish-first-office"  # noqa: S105  (it opens nothing)


@pytest.mark.parametrize(
    "text",
    [
        "Sword\ufb01sh-\ufb01rst-o\ufb03ce",
        "Sword\ufb01sh\u2010\ufb01r\ufb06-o\ufb00ice",
        "Sword&filig;sh-&#64257;rst-office",
        json.dumps("Sword\ufb01sh-first-of\ufb01ce"),
        r"Sword\(fish-\[fi]rst-o\(Fice",
    ],
)
def test_ligatures_are_found(text: str) -> None:
    assert seen(PASSWORD, text) == {"with typographic signs"}
    assert not seen(PASSWORD, text.replace("Sw", "Ch"))
    assert not seen(PASSWORD, text.replace("\ufb01", "\ufb02").replace("ce", "ze"))


def test_digits_of_another_script_are_found() -> None:
    arabic = "".join(chr(0x660 + int(digit)) for digit in "4539148803436467")
    thousands = "\u066c".join((arabic[:1], *(arabic[at : at + 3] for at in range(1, 16, 3))))
    for text in (arabic, thousands, arabic.translate({0x660 + digit: 0xE50 + digit for digit in range(10)})):
        assert seen("4539148803436467", text) == {"digits of another script"}
        assert not seen("4539148803436468", text)
    assert not seen("pass-4539", f"pass-{arabic[:4]}")


@for_each(codec=["cp1252", "latin-1", "cp437", "cp850", "mac-roman"], write=[str, json.dumps, html.escape])
def test_utf8_that_was_taken_for_another_charset_is_found(codec: str, write: type[str]) -> None:
    wrong = NAME.encode().decode(codec, "ignore" if codec == "cp1252" else "strict")
    if len(wrong) == len(NAME.encode()) and (write is str or codec == "cp1252"):
        assert seen(NAME, write(wrong)) == {"UTF-8 taken for another charset"}
    assert not seen(NAME, write(wrong.replace("n", "m")))


@pytest.mark.slow
def test_the_name_of_a_file_that_goes_on_in_another_parameter_is_found() -> None:
    assert seen(f"{KEY}{KEY}.png", attached(f"{KEY}{KEY}.png"))
    assert not seen(f"{KEY}{KEY}.png", attached(f"{KEY}x{KEY}.png"))


def test_names_that_systems_make_of_a_text_are_found() -> None:
    title = "Anna's MacBook and 4711"
    for name in (
        "Annas-MacBook-and-4711.local",
        "annas-macbook-and-4711",
        "ANNAS_MACBOOK_AND_4711",
        "annas.macbook.and.4711.example.com",
    ):
        assert seen(title, name) == {"as a name"}, name
    for other in ("annas-macbook-or-4711", "annas--macbook/and:4711", "annasmacbookand4711"):
        assert seen(title, other) == set(), other


def test_a_name_of_two_words_or_a_few_letters_is_too_common() -> None:
    assert seen("password reset", "password-reset") == set()
    assert seen("a b c 1", "a-b-c-1") == set()
