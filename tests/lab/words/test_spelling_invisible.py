"""Spellings with characters of no width between the letters, as bytes and escaped."""

from __future__ import annotations

from functools import cache

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search
from rows import for_each

PHRASE, TOKEN = "fluffy tail 4711", "hunter2-Xk29Qz-blue-falcon-77"
AS_BYTES = ["\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\u00ad", "\u200b\u200d\u2060\u00ad"]
IN_HTML = ["&#8203;", "&#173;", "&#x200B;", "&#xad;", "&#xFEFF;", "&shy;", "&zwnj;", "&zwj;", "&NoBreak;"]
ESCAPED = ["\\u200b", "\\u00AD", "\\\\uFEFF", "\\u{200b}", "\\u{ad}", "%u200b", "%E2%80%8B", "%c2%ad", "=E2=81=A0"]
NESTED = ["&amp;#8203;", "&amp;shy;", "\\xe2\\x80\\x8b", "\\xef\\xbb\\xbf"]
ALL = [*AS_BYTES, *IN_HTML, *ESCAPED, *NESTED]

search = cache(lambda secret, engine: Search(Secret("secret", secret.encode()), engine=engine))


def seen(secret: str, text: str, engine: str = "re") -> set[str]:
    """The names of the spellings of the secret in this text."""
    return {match.spelling for match in search(secret, engine).matches(f"It is {text}, yes".encode())}


@for_each(secret=[PHRASE, TOKEN], engine=["re", "hyperscan"], between=ALL)
def test_a_secret_is_found_with_one_between_all_letters(secret: str, engine: str, between: str) -> None:
    assert seen(secret, between.join(secret), engine) == {"with invisible characters"}


@for_each(between=ALL)
def test_a_secret_is_found_with_one_anywhere(between: str) -> None:
    for at in range(1, len(TOKEN)):
        assert seen(TOKEN, TOKEN[:at] + between + TOKEN[at:]) == {"with invisible characters"}, at


def test_different_ones_and_escapes_may_be_mixed() -> None:
    assert seen(PHRASE, "fl\u00adu\\u200bffy\u200b%20ta&shy;i\ufeffl 47\u206011") == {"mixed escapes"}
    assert seen(PHRASE, "".join(map("".join, zip(PHRASE, ALL, strict=False)))) == {"with invisible characters"}


def test_a_long_secret_is_found() -> None:
    secret = "correct horse battery staple " * 20
    assert seen(secret, "\u200b".join(secret)) == {"with invisible characters"}


@for_each(
    between=[
        *"\u200a\u2010\u2028\u00ae",
        "\u200b" * 5,
        "&#8202;",
        "&#8204",
        "&shy",
        "\\u200a",
        "u200b",
        "%E2%80",
        "&#xad0;",
    ]
)
def test_what_has_a_width_or_is_no_escape_separates_letters(between: str) -> None:
    assert not seen(TOKEN, between.join(TOKEN))


@pytest.mark.parametrize("between", ["\u200b", "&shy;", "\\u200b"])
def test_another_word_with_invisible_characters_is_not_the_secret(between: str) -> None:
    assert not seen(TOKEN, between.join(TOKEN[:-1] + "8"))
    assert not seen(TOKEN, between.join("j" + TOKEN[1:]))
    assert not seen(TOKEN, between.join(TOKEN[:9] + TOKEN[10:]))
