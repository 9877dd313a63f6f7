"""Every spelling is found in what a real encoder makes of a text that holds the secret."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_from_bytes, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.caesar import SHIFTS, shifted
from overheard.words.spelling import base64_cores, shifted_by, spellings

Encoder = Callable[[str], bytes]


def lower_case_percent(text: str) -> bytes:
    return re.sub("%..", lambda match: match[0].lower(), quote(text)).encode()


ENCODERS: dict[str, Encoder] = {
    "utf-8": str.encode,
    "utf-16, little-endian": lambda text: text.encode("utf-16-le"),
    "utf-16, big-endian": lambda text: text.encode("utf-16-be"),
    "utf-16, with a mark": lambda text: text.encode("utf-16"),
    "hexadecimal": lambda text: binascii.hexlify(text.encode()),
    "hexadecimal, upper case": lambda text: base64.b16encode(text.encode()),
    "quote": lambda text: quote(text).encode(),
    "quote, nothing safe": lambda text: quote(text, safe="").encode(),
    "quote, lower case": lower_case_percent,
    "quote_plus": lambda text: quote_plus(text).encode(),
    "urlencode": lambda text: urlencode({"message": text}).encode(),
    "every byte percent-encoded": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "json": lambda text: json.dumps({"message": text}).encode(),
    "json, as JavaScript writes it": lambda text: json.dumps({"message": text}, ensure_ascii=False).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, of binascii": lambda text: binascii.b2a_base64(text.encode()),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()),
    "base64url, no padding": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
    "reversed": lambda text: text.encode()[::-1],
}

texts = st.text(max_size=7)
# At least four bytes; and of the kind that spellings differ in: slashes, spaces, quotes, letters beyond ASCII.
secrets = st.text(st.characters(codec="utf-8") | st.sampled_from("/ \"'&+=%\\ä€🐿"), min_size=4, max_size=20)


def found(secret: str | bytes, data: bytes) -> list[str]:
    value = secret.encode() if isinstance(secret, str) else secret
    return [
        spelling.name
        for spelling in spellings(value)
        if re.search(re.escape(spelling.pattern), data, re.IGNORECASE if spelling.any_case else 0)
    ]


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS.keys())
def test_what_a_real_encoder_makes_is_found(encoder: Encoder) -> None:
    """Whatever the secret is, and whatever stands before and behind it."""

    @given(secrets, texts, texts)
    def holds(secret: str, before: str, behind: str) -> None:
        assert found(secret, encoder(before + secret + behind))

    holds()


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS.keys())
def test_another_message_is_not_found(encoder: Encoder) -> None:
    """It stays silent, though most of the text is the same."""
    assert found("fluffy tail", encoder("the secret message is: bushy tail")) == []


@given(st.binary(min_size=4, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_a_secret_that_is_no_text_is_found(secret: bytes, before: bytes, behind: bytes) -> None:
    whole = before + secret + behind
    for data in (
        whole,
        whole[::-1],
        whole.hex().encode(),
        base64.b64encode(whole),
        base64.urlsafe_b64encode(whole),
        quote_from_bytes(whole).encode(),
    ):
        assert found(secret, data)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 2), st.binary(max_size=5))
def test_of_base64_only_what_the_secret_alone_decides(secret: bytes, before: int, behind: bytes) -> None:
    """The core at an alignment stands in the base64 of any text that holds the secret there."""
    core = dict(base64_cores(secret, b"+/"))[f"at {before}"]
    assert core in base64.b64encode(b"\xff" * before + secret + behind)
    assert core in base64.b64encode(b"\x00" * (before + 3) + secret + behind)


@given(secrets)
def test_no_pattern_is_empty_or_there_twice(secret: str) -> None:
    patterns = [spelling.pattern for spelling in spellings(secret.encode())]
    assert all(patterns)
    assert len(set(patterns)) == len(patterns)


def test_the_plainest_name_comes_first() -> None:
    """A secret of letters alone looks the same in many spellings, and is called what it is."""
    names = [spelling.name for spelling in spellings(b"fluffytail")]
    assert names[0] == "plainly"
    assert "percent-encoded" not in names
    assert "JSON string" not in names


def test_a_short_secret_has_no_spelling_that_chance_would_find() -> None:
    """Of one byte, base64 leaves a character or none; the rest is still looked for."""
    assert not any(spelling.name.startswith("base64") for spelling in spellings(b"x"))
    assert found(b"x", b"x") == ["plainly"]


@given(texts, secrets, texts, st.sampled_from(SHIFTS))
def test_letters_that_were_shifted_are_found_by_whatever_it_was(before: str, secret: str, behind: str, by: int) -> None:
    lettered = f"{secret} acorns"
    assert shifted_by(by) in found(lettered, shifted(before + lettered + behind, by).encode())


def test_a_short_word_is_not_taken_for_another_with_its_letters_shifted() -> None:
    assert shifted("cheer", 7) == "jolly"
    assert found("cheer", b"jolly") == []
    assert found("cheers", shifted("cheers", 7).encode()) == [shifted_by(7)]
