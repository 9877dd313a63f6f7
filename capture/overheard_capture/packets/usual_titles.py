"""Titles: what people call companies, places, persons and devices, in a few words. A sentence is none."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import is_disguised, is_sentence, letters_of, without_numbers, words_of

if TYPE_CHECKING:
    from re import Pattern

# How many unknown words the name of a company has, how many of them are small, such as prepositions; and its digits,
# signs, and letters that are alone.
_TITLE_WORDS, _SMALL_WORDS, _DIGITS, _SIGNS, _ALONE = 8, 3, 32, 16, 6
_INSTANCE_SIGNS, _INSTANCE_WORDS = r"[^\w .,'\u2018\u2019()\[\]&+/#@-]", 8
_HOSTS = r"[\w-]+(?:\.[\w-]+)+\S*"


@cache
def _pattern(pattern: str) -> Pattern[str]:
    return re.compile(pattern)


def is_title(data: bytes, small: int = _SMALL_WORDS) -> bool:
    """Whether this is like the name of a company, a place or a person: a few words, all but some `small` capitalised.

    Sentences have more small words, though many of them are known, and words that hold them together.
    """
    text = without_numbers(data)
    words = words_of_title(data)
    letters = [word for word in letters_of(text) if len(word) == 1]
    all_small = [word for word in letters_of(_pattern(_HOSTS).sub(" ", text)) if word.islower() and len(word) > 1]
    signs = sum(not (each.isalnum() or each == " ") for each in text)
    digits = sum(each.isdecimal() for each in text)
    is_few = len(words) <= _TITLE_WORDS and sum(map(str.islower, words)) <= small and len(all_small) <= 3 * small
    has_few_signs = signs <= _SIGNS and 2 * signs <= len(text) + _ALONE and len(letters) <= _ALONE and digits <= _DIGITS
    return is_few and has_few_signs and text.isprintable() and not is_sentence(text) and not is_disguised(text)


def is_instance(data: bytes) -> bool:
    """Whether this is like the name that people give to a service or a device (RFC 6763, 4.1.1): a short title."""
    text = without_numbers(data)
    words = [word for word in letters_of(text) if len(word) > 1]
    return is_title(data) and len(words) <= _INSTANCE_WORDS and _pattern(_INSTANCE_SIGNS).search(text) is None


def words_of_title(data: bytes) -> list[str]:
    """The words of a name that are not known, as they are written. In scripts without cases, two letters are a word."""
    words = [word for word in words_of(without_numbers(data)) if len(word) > 2 or not word.isascii()]
    found = [word for word in words if word.lower() != word.upper()]
    return found + [
        word[at : at + 2] for word in words if word.lower() == word.upper() for at in range(0, len(word), 4)
    ]
