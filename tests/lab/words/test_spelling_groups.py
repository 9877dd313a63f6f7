"""Spellings of numbers, phrases and keys in groups, with something between them."""

from __future__ import annotations

from functools import cache

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search

CARD, PHRASE = "4539148803436467", "abandon ability able about above absent"
KEY = "\n".join(["-----BEGIN X-----", *(64 * each for each in "abcd"), "MIIC==", "-----END X-----"])

search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, text: str) -> set[str]:
    """The names of the spellings of the secret in this text."""
    return {match.spelling for match in search(secret).matches(f"It is {text}, yes".encode())}


@pytest.mark.parametrize("apart", [" ", "-", ".", "&nbsp;", "%20", "\u00a0"])
@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_a_number_is_found_in_groups(apart: str, size: int) -> None:
    def groups(digits: str) -> str:
        return apart.join(digits[at : at + size] for at in range(0, len(digits), size))

    assert seen(CARD, groups(CARD)) == {"digits in groups"}
    assert seen("4539-1488-0343-6467", CARD) == {"digits in groups"}
    assert not seen(CARD, groups(CARD[:-3] + "567"))


@pytest.mark.parametrize("apart", [", ", '", "', "\n2. ", "</li><li>", "</li>\n  <li>3 ", "-"])
def test_the_words_of_a_phrase_are_found_apart(apart: str) -> None:
    assert seen(PHRASE, PHRASE.replace(" ", apart))
    assert not seen(PHRASE, PHRASE.replace(" ", apart + "and "))
    assert not seen(PHRASE, PHRASE.replace(" ", apart).replace("able", "table"))


@pytest.mark.parametrize(
    "apart", ["\n2024-01-01T00:00:00.000000001Z stdout F ", "\n     2\t", '",\n  "', "<br>\n", "</li><li>"]
)
def test_the_lines_of_a_key_are_found_apart(apart: str) -> None:
    assert seen(KEY, KEY.replace("\n", apart))
    assert not seen(KEY, KEY.replace("\n", apart).replace("cccc", "cccd"))
