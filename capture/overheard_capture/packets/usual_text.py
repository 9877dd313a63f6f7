"""The texts and identifiers that ordinary software has in the free fields of infrastructure, which say nothing.

What is not of such a shape is what an application chose, and counts as its data in clear. A name of a host, a code of a
few letters and a number cannot be told from a word that somebody hides there.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING

from overheard_capture.packets.large_numbers import decoded_numbers

if TYPE_CHECKING:
    from re import Pattern

# So many letters of a description may be no known words: those of a model, a serial number or a name.
_FEW, _MAX_DIGITS, _MAX_SIGNS, _MAX_COMMAS = 6, 48, 16, 12
# Of a path or URL, more may be names.
_FEW_OF_PATH = 12
# The longest name of a host (a label, and a domain), and how many words it may have. Of letters alone, or of other
# printable characters, identifiers hardly ever have so many in a row.
_LONGEST_NAME, _NAME_WORDS = 100, 5
_MANY_WORDS, _MANY_LETTERS, _LABEL_WORDS, _CONNECTIVES = 9, 40, 7, 3
# How many letters may be alone, as in codes, how often letters and digits take turns, and how long a code may be.
_LETTERS_ALONE, _TURNS, _SHORT = 12, 10, 24
_RUN_OF_TEXT, _CODED = 12, r"[0-9A-Za-z+/_-]{16,}"
_LETTERS_IN_A_ROW, _SHORTEST_TEXT = 8, 6
_LONGEST_IDENTIFIER, _FEWEST_DIFFERENT = 16, 5
_WORD_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -.,:"
_BLANK = 32
# So many printable bytes in a row may be text, and so many are.
_OTHER_LETTERS = rb"(?:[\xc3-\xdf][\x80-\xbf][ -/]?){8}|(?:[\xe1-\xef][\x80-\xbf]{2}[ -/]?){5}"
# For each byte, whether it begins a letter of two or of three bytes, or continues one; and a few such letters.
_UTF8 = bytes(ord("-" if byte < 0x80 else "." if byte < 0xC0 else "2" if byte < 0xE0 else "3") for byte in range(256))
_TWO, _THREE = b"2.2.2.", b"3..3.."
_RUN, _CERTAIN = rb"[\t\r\n -~]{16,}", 24
# Of a million identifiers, fewer than one is a number that stands for so many bytes of prose.
_CERTAIN_NUMBER = 14


@cache
def _pattern(pattern: str) -> Pattern[str]:
    return re.compile(pattern)


_NAME = r"[\w-]{1,63}(?:\.[\w-]{1,63})*\.?"
_ADDRESS = (
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5,7}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?![0-9A-Za-z])"
)
_NUMBER = r"(?<![0-9A-Za-z])(?:0x[0-9A-Fa-f]{1,16}|(?=[A-Fa-f]*\d)[0-9A-Fa-f]{8,32})(?![0-9A-Za-z])"
_MARKS = r"\([cCR]\)"
_URL = r"[a-z]{3,6}://([\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?([/?][!-~]*)?"
_HEXADECIMAL = r"[0-9A-Fa-f]+|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ONE_CASE, _ONE_DIGIT_IN = r"[0-9a-z]{20,}|[0-9A-Z]{20,}", 6
_BASE64 = r"[0-9A-Za-z+/_-]{16,}={0,2}"


def is_printable(data: bytes) -> bool:
    """Whether all bytes are printable ASCII, without line ends and tabs."""
    return data.isascii() and data.decode("ascii").isprintable()


def has_text(data: bytes) -> bool:
    """Whether bytes are printable, or have some letters in a row, zeros between them included."""
    letters = data.replace(b"\0", b"")
    if len(letters) >= _SHORTEST_TEXT and is_printable(letters):
        return True
    row = 0
    for byte in letters:
        row = row + 1 if byte == 32 or (chr(byte).isalpha() and byte < 128) else 0
        if row >= _LETTERS_IN_A_ROW:
            return True
    return False


def is_written(data: bytes) -> bool:
    """Whether all of a value that should be random is printable but for zeros: 16 random bytes hardly ever are."""
    letters = data.replace(b"\0", b"")
    return len(data) >= _LONGEST_IDENTIFIER and len(letters) >= _SHORTEST_TEXT and is_printable(letters)


def is_words(data: bytes) -> bool:
    """Whether all bytes are letters, digits, blanks or a few signs: of many random values, hardly any is like that."""
    return len(data) >= _SHORTEST_TEXT and not data.translate(None, _WORD_LETTERS)


def is_prose(data: bytes) -> bool:
    """Whether bytes that should be random are text: printable, most of them small letters, digits or blanks.

    Fewer than one in a million values of 12 random bytes are.
    """
    text = data.rstrip(b"\0")
    small = sum(byte == _BLANK or 97 <= byte <= 122 or 48 <= byte <= 57 for byte in text)
    return len(text) >= _SHORTEST_TEXT and is_printable(text) and 3 * small >= 2 * len(text)


def is_number_of_text(text: bytes) -> bool:
    """Whether this certainly is text, written as one number."""
    return any(len(decoded) >= _CERTAIN_NUMBER and is_prose(decoded) for decoded in decoded_numbers(text))


def has_long_text(data: bytes) -> bool:
    """Whether there is text in bytes that should be random, or numbers, which hardly ever have it by chance."""
    return has_other_letters(data) or any(is_long_text(run) for run in printable_runs(data))


def has_other_letters(data: bytes) -> bool:
    """Whether there are some letters beyond ASCII in a row, in UTF-8: random bytes hardly ever are."""
    kinds = data.translate(_UTF8)
    # Nearly all values have not even so few such letters, and to see that takes less time.
    return (_TWO in kinds or _THREE in kinds) and re.search(_OTHER_LETTERS, data) is not None


def printable_runs(data: bytes) -> list[bytes]:
    """The runs of printable bytes that are long enough to be told from random ones."""
    return re.findall(_RUN, data)


def is_long_text(run: bytes) -> bool:
    """Whether such a run is text: random bytes hardly ever have so many in a row, or so many of them small letters."""
    return len(run) >= _CERTAIN or is_prose(run)


def is_identifier(data: bytes, longest: int = _LONGEST_IDENTIFIER) -> bool:
    """Whether bytes are as short as an identifier or a cookie, and no text."""
    return len(data) <= longest and not has_text(data)


def is_name(data: bytes) -> bool:
    """Whether this is like the name of a host: labels of letters, digits and hyphens, of a few words."""
    text = _text_of(data)
    if len(data) > _LONGEST_NAME or not _pattern(_NAME).fullmatch(text) or is_sentence(text):
        return not data
    if any(map(is_number_of_text, data.split(b"."))):
        return False
    return len([word for word in words_of(text) if len(word) > 2]) <= _NAME_WORDS


def are_usual_labels(value: bytes) -> bool:
    """Whether these are names of hosts as in DNS, perhaps with pointers (RFC 3397)."""
    at, labels = 0, list[bytes]()
    while at < len(value):
        if value[at] >= 0xC0:
            # It points to what precedes it.
            if int.from_bytes(value[at : at + 2]) & 0x3FFF >= at:
                return False
            at += 2
            continue
        labels.append(value[at + 1 : at + 1 + value[at]])
        at += 1 + value[at]
    return at == len(value) and all(map(is_name, labels))


def is_description(data: bytes, few: int = _FEW) -> bool:
    """Whether this is like what software says about itself: known words, numbers, and a `few` other letters."""
    text = without_numbers(data)
    if not text.isprintable() and not text.translate({9: 32, 10: 32, 13: 32}).isprintable():
        return False
    unknown = sum(len(word) for word in words_of(text))
    digits = sum(each.isdecimal() for each in text)
    signs = sum(not (each.isalnum() or each in " .,:;/()_-+\t\r\n") for each in text)
    # Dots and dashes are between words, and a list of numbers is short.
    between = sum(each in ".,:;/_-+" for each in text)
    is_spread = 2 * between <= len(text) + 2 * _FEW and text.count(",") <= _MAX_COMMAS
    others = sum(not (each.isalnum() or each.isspace()) for each in text)
    is_readable = len(text) <= _SHORT or 2 * others <= len(text) + 4
    return (
        is_readable
        and not is_disguised(text)
        and unknown <= few
        and digits <= _MAX_DIGITS
        and signs <= _MAX_SIGNS
        and is_spread
    )


def is_disguised(text: str) -> bool:
    """Whether digits stand for letters within words, or a long run is base64 of text."""
    turns = len(_pattern(r"(?=[^\W\d_]\d|\d[^\W\d_])").findall(text))
    return (turns > _TURNS and not is_token(text.encode(errors="replace"))) or has_coded_text(text)


def has_coded_text(text: str) -> bool:
    """Whether a long run of letters in both cases is base64 of text."""
    for run in _pattern(_CODED).findall(text):
        if run not in (run.lower(), run.upper()):
            data = b64decode(run.translate({45: 43, 95: 47})[: len(run) // 4 * 4])
            if is_printable(data[:_RUN_OF_TEXT]):
                return True
    return False


def has_many_words(data: bytes) -> bool:
    """Whether a name has more different unknown words than long names have, such as those of a spelling alphabet.

    Or one of its labels has as many words as a sentence, known or not, or several that hold one together.
    """
    labels = _text_of(data).split(".") if len(data) > _MANY_LETTERS // 2 else []
    if any(len({word.lower() for word in letters_of(label) if len(word) > 1}) > _LABEL_WORDS for label in labels):
        return True
    if is_sentence(_text_of(data)):
        return True
    words = {word.lower() for word in words_of(_text_of(data)) if len(word) > 2} if len(data) > _MANY_LETTERS else set()
    return len(words) > _MANY_WORDS


def is_sentence(text: str) -> bool:
    """Whether several words hold this together, or it is spelled letter by letter: names of hosts have few of these."""
    if len(text) <= _MANY_LETTERS // 2:
        return False
    is_reversed = text.lower().rstrip(".").endswith(".arpa")
    if not is_reversed and sum(len(word) == 1 for word in letters_of(text)) > _LETTERS_ALONE:
        return True
    return sum(is_of_sentence(word.encode()) for word in {*map(str.lower, letters_of(text))}) > _CONNECTIVES


def is_of_sentence(word: bytes) -> bool:
    """Whether a word holds sentences together."""
    from overheard_capture.packets.usual_words import OF_SENTENCES  # noqa: PLC0415  (few captures have such fields)

    return word.decode("ascii", "replace") in OF_SENTENCES


def unknown_words(data: bytes) -> set[str]:
    """The words of a text that are not known, in lower case."""
    return {word.lower() for word in words_of(without_numbers(data))}


def without_numbers(data: bytes) -> str:
    """The text without addresses, numbers and marks."""
    return _pattern(f"{_ADDRESS}|{_NUMBER}|{_MARKS}").sub(" ", _text_of(data))


def is_url(data: bytes) -> bool:
    """Whether this is a URL, in which the name of the host may be any, and others are mostly known."""
    url = _pattern(_URL).fullmatch(_text_of(data))
    if url is None:
        return False
    host = url[1].encode(errors="surrogateescape")
    return (host.startswith(b"[") or is_name(host)) and is_description((url[2] or "").encode(), _FEW_OF_PATH)


def is_location(data: bytes) -> bool:
    """Whether this is a URL, or like the path of a file: names that are mostly known."""
    return is_url(data) or (b" " not in data and is_description(data, _FEW_OF_PATH))


def is_token(data: bytes) -> bool:
    """Whether this is like a random value in hexadecimal, base36 or base64: what it stands for is no text."""
    text = _text_of(data)
    if (len(text) > _LONGEST_IDENTIFIER and len({*text.lower()}) < _FEWEST_DIFFERENT) or is_number_of_text(data):
        return False
    digits, small, capital = sum(map(str.isdigit, text)), sum(map(str.islower, text)), sum(map(str.isupper, text))
    if _pattern(_HEXADECIMAL).fullmatch(text):
        pairs = text.replace("-", "")
        return len(pairs) % 2 == 0 and digits > 0 and not has_text(bytes.fromhex(pairs))
    if _pattern(_ONE_CASE).fullmatch(text) and len(text) <= _ONE_DIGIT_IN * digits:
        return True
    is_mixed = min(4 * digits, 2 * small, 2 * capital) >= len(text) // 4
    if not is_mixed or not _pattern(_BASE64).fullmatch(text):
        return False
    padded = text.rstrip("=").translate({45: 43, 95: 47})
    return not has_text(b64decode(padded[: len(padded) // 4 * 4]))


def _text_of(data: bytes) -> str:
    """The text; what is no UTF-8 is not printable."""
    return data.rstrip(b"\0").decode(errors="surrogateescape")


def letters_of(text: str) -> list[str]:
    """The runs of letters in a text."""
    return _pattern(r"[^\W\d_]+").findall(text)


def words_of(text: str) -> list[str]:
    """The runs of letters in a text that are no known words, in lower case; those of camel case are several."""
    from overheard_capture.packets.usual_words import WORDS  # noqa: PLC0415  (few captures have such fields)

    words: list[str] = []
    for run in letters_of(text):
        if run.lower() not in WORDS:
            words += [
                part
                for part in _pattern(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+").findall(run)
                if part.lower() not in WORDS
            ]
    return words
