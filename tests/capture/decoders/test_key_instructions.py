"""What is typed in a remote desktop is read as text, key by key."""

from __future__ import annotations

import random

from capture.played import VALUE, outcome, played, seen, some_findings
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.untyped import untyped
from rows import for_each

HANDSHAKE = "6.select,3.vnc;4.size,4.1024,3.768,2.96;7.connect,9.localhost;"
SHIFT, BACKSPACE = 0xFFE1, 0xFF08


def key(number: int, *, down: bool) -> str:
    return f"3.key,{len(str(number))}.{number},1.{down:d};"


def pressed(*numbers: int) -> str:
    return "".join(key(number, down=True) + "5.mouse,3.512,3.384,1.0;" + key(number, down=False) for number in numbers)


def keys(text: str) -> list[int]:
    return [ord(sign) + (0x1000000 if ord(sign) > 255 else 0) for sign in text]


@for_each(value=[VALUE.decode(), VALUE.decode().swapcase()], before=["", "x" * 5000])
def test_keys_that_go_down_are_one_text(value: str, before: str) -> None:
    text = (HANDSHAKE + pressed(*keys(before + value)) + "10.disconnect;").encode()
    findings = played(untyped, text)
    assert ((LAYER,) in seen(findings)) == (value.encode() == VALUE)
    source = random.Random(1)  # noqa: S311 - a test
    cuts = range(len(text)) if not before else sorted(source.sample(range(len(text)), 40))
    assert outcome(played(untyped, text, cuts)) == outcome(findings)


def test_keys_without_a_character_are_none_and_a_character_may_be_taken_back() -> None:
    half = VALUE.decode()[:8]
    typed = [*keys(half), ord("x"), BACKSPACE, SHIFT, *keys(VALUE.decode()[8:])]
    assert (LAYER,) in seen(played(untyped, pressed(*typed).encode()))


def test_characters_beyond_latin_1_have_numbers_of_their_own() -> None:
    for secret in ("секретный пароль", "süßer Kürbis"):
        findings = some_findings(value=secret.encode())
        assert (LAYER,) in seen(played(untyped, pressed(*keys(secret)).encode(), findings=findings))


def test_keys_that_go_up_alone_are_no_text() -> None:
    text = "".join(key(number, down=False) for number in keys(VALUE.decode()))
    assert not played(untyped, text.encode()).sightings


def test_a_gap_ends_what_is_typed() -> None:
    text = pressed(*keys(VALUE.decode())).encode()
    middle = len(text) // 2
    assert not played(untyped, text, gap=(middle, middle + 3)).sightings
