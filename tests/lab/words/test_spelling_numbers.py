"""Spellings by numbers: each character by its own, or each byte, with what lists and languages have between them."""

from __future__ import annotations

import json
from functools import cache

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search

WORDS, UMLAUTS = "fluffy tail 4711", "Käse über 47"

search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, text: str) -> set[str]:
    """The names of the spellings of the secret in this text."""
    return {match.spelling for match in search(secret).matches(f"It is {text}, yes".encode())}


# The spelling, the form of a number, and what is between two.
FORMS = (
    ("decimal", "CHR({})", "||"),
    ("decimal", "CHAR({})", "+"),
    ("decimal", "NCHAR({})", " + "),
    ("decimal", "Chr({})", " & "),
    ("decimal", "ChrW({})", "&"),
    ("decimal", "chr({})", "."),
    ("decimal", "chr({})", " . "),
    ("decimal", "[char]{}", "+"),
    ("decimal", "String.fromCharCode({})", "+"),
    ("decimal", "{}", ","),
    ("decimal", "{}", "."),
    ("decimal", "\\{}", ""),
    ("decimal", "\\{:03d}", ""),
    ("decimal", "&#{}", ""),
    ("decimal", "&#{:07d}", ""),
    ("decimal", "\\u{}?", ""),
    ("hexadecimal, separated", "\\x{{{:x}}}", ""),
    ("hexadecimal, separated", "\\{:x}", " "),
    ("hexadecimal, separated", "\\{:06x}", ""),
    ("hexadecimal, separated", "U+{:04X}", " "),
    ("hexadecimal, separated", "&#x{:x}", ""),
    ("hexadecimal, separated", "0x{:02X}", ", "),
    ("hexadecimal, separated", "[char]0x{:02x}", "+"),
    ("hexadecimal, separated", "chr(0x{:02x})", "."),
    ("hexadecimal, separated", "Chr(&H{:02X})", " & "),
)


@pytest.mark.parametrize(("spelling", "form", "between"), FORMS)
@pytest.mark.parametrize("secret", [WORDS, UMLAUTS])
def test_a_number_for_each_character_is_found_also_in_a_string(
    secret: str, spelling: str, form: str, between: str
) -> None:
    def written(text: str) -> str:
        return between.join(form.format(ord(each)) for each in text)

    assert spelling in seen(secret, written(secret))
    assert spelling in seen(secret, json.dumps(written(secret))[1:-1])
    assert not seen(secret, written(secret.replace("4", "5")))
    assert not seen(secret, written(secret[::-1].swapcase()))


@pytest.mark.parametrize(
    ("spelling", "form", "between"),
    [
        ("octal", "{:03o}", " "),
        ("octal", "{:03o}", ", "),
        ("octal", "0{:03o}", ","),
        ("octal", "{:03o}", "\n "),
        ("octal", "{:03o}", "\\n "),
        ("binary", "{:08b}", ""),
        ("binary", "{:08b}", " "),
        ("binary", "{:08b}", "\n"),
        ("binary", "0b{:08b}", ", "),
    ],
)
@pytest.mark.parametrize("secret", [WORDS, UMLAUTS])
def test_each_byte_in_octal_and_in_bits_is_found(secret: str, spelling: str, form: str, between: str) -> None:
    def written(text: str) -> str:
        return between.join(form.format(byte) for byte in text.encode())

    assert seen(secret, written(secret)) == {spelling}
    assert not seen(secret, written(secret.replace("4", "5")))


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_of_a_registry_file_are_found(end: str) -> None:
    digits = WORDS.encode().hex(",")
    lines = f'"x"=hex:{digits[:21]}\\{end}  {digits[21:]}{end}'
    assert seen(WORDS, lines) == {"hexadecimal, separated"}
    assert seen(WORDS, json.dumps(lines)) == {"hexadecimal, separated"}
    assert not seen(WORDS, lines.replace("66,", "67,"))
