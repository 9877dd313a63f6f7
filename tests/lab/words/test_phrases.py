"""Phrases in texts: whole words, the longest, with gaps, over the ends of lines."""

from __future__ import annotations

import pytest

from overheard.words.pasted import Pasted
from overheard.words.phrases import Phrase, Phrasebook


def found(text: str, *phrases: str) -> list[str]:
    book: Phrasebook[str] = Phrasebook()
    for phrase in phrases:
        book.add(phrase, phrase)
    return [
        meaning for match in book.matches(Pasted(list(enumerate(text.splitlines(), 1)))) for _, meaning in match.meant
    ]


def test_words_count_only_as_a_whole() -> None:
    assert found("an EOF came", "eof") == ["eof"]
    assert found("geofence by geoffrey, eofs", "eof") == []


def test_the_longest_phrase_at_a_place_counts_and_those_within_it_do_not() -> None:
    phrases = ("self signed certificate", "self signed certificate in certificate chain", "certificate chain")
    assert found("self-signed certificate in certificate chain", *phrases) == [phrases[1]]
    assert found("self-signed certificate in a certificate chain", *phrases) == [phrases[0], phrases[2]]


def test_a_gap_is_at_most_sixteen_words() -> None:
    phrase = "certificate of ... has expired"
    assert found("certificate of a.example.org has expired", phrase) == [phrase]
    assert found("certificate of" + " word" * 16 + " has expired", phrase) == [phrase]
    assert found("certificate of" + " word" * 17 + " has expired", phrase) == []


def test_a_phrase_can_demand_the_end_of_a_line() -> None:
    assert found("Get x: EOF\nnext", "get ... EOF $") == ["get ... EOF $"]
    assert found("Get x: EOF next", "get ... EOF $") == []


@pytest.mark.parametrize(
    "text", ["has exp\nired", "has\nexpired", "h\nas e\nxpir\ned", "> has ex\n> pired", "has\n\nexpired"]
)
def test_lines_may_end_between_words_and_within_them(text: str) -> None:
    assert found(text, "has expired") == ["has expired"]


def test_two_lines_are_not_one_word_if_they_are_two() -> None:
    assert found("the word is e\nof no importance", "eof") == ["eof"]
    assert found("the word is e \\\nof", "eof x") == []


@pytest.mark.parametrize(
    "text",
    [
        "certificate has exp...",
        "certificate has exp",
        "certificate has expired since…",
        "certificate has expired since",
    ],
)
def test_a_phrase_may_be_cut_off_after_three_words_or_within_the_third(text: str) -> None:
    phrase = "certificate has expired since yesterday"
    assert found(text, phrase, "certificate is missing") == [phrase]


def test_a_phrase_that_is_cut_off_before_says_nothing() -> None:
    assert found("certificate...", "certificate has expired") == []
    assert found("certificate has...", "certificate has expired") == []
    assert found("certificate has no w...", *(f"certificate has no w{sign}" for sign in "abcdef")) == []


def test_the_end_of_a_long_text_is_no_beginning_of_a_phrase() -> None:
    assert found("word " * 100 + "\ncertificate has exp", "certificate has expired") == []


def test_conditions_are_read_and_tested_by_whole_words() -> None:
    phrase = Phrase.read("read timed out & urllib3 & python ! HTTPConnectionPool")
    assert phrase == Phrase(("read", "timed", "out"), ("urllib3", "python"), ("httpconnectionpool",))
    assert phrase.fits(" urllib3 in python ")
    assert not phrase.fits(" urllib3 in pythons ")
    assert not phrase.fits(" urllib3 in python httpconnectionpool ")
    assert phrase.fits(" url\nlib3\nin pyt\nhon\nat ")
    assert not phrase.fits(" url\nlib3 in pyt\nhons ")
    assert not phrase.fits(" urllib3 in python httpconnec\ntionpool\n ")
    assert phrase.can_fit({"urllib3", "python"})
    assert not phrase.can_fit({"urllib3"})
