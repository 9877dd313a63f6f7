"""Text that is escaped like a secret, but is another one in the end: it is rejected in time that is bounded."""

from __future__ import annotations

import html
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from capture.search.searches import search_of

if TYPE_CHECKING:
    from types import FrameType

# A key, signs alone, blanks, and a long text with both.
SECRETS = [
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "\"'\"'<>&\\/\"'`+=\"'\"'<>&\\/\"'`+=",
    "a b c d e f g h i j k l m n o p",
    "/" * 30 + "\n" + "&" * 9,
    'so "they" said & <wrote> it / all = down \n' * 7,
]
WRITES: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "entities": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "entities again": lambda text: html.escape(html.escape(text)),
    "quotes doubled": lambda text: text.replace("'", "''").replace('"', '""'),
    "folded": lambda text: "".join(letter + "\n " for letter in text),
    "wide": lambda text: text.replace(" ", " \n"),
}
# Seconds. Without a bound it takes hours.
PATIENCE = 20


@contextmanager
def patience() -> Iterator[None]:
    def give_up(_: int, __: FrameType | None) -> None:
        raise TimeoutError("it takes exponential time")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
@pytest.mark.parametrize("secret", SECRETS, ids=["key", "signs", "blanks", "slashes", "long"])
def test_a_text_that_differs_at_one_end_is_rejected_soon(secret: str) -> None:
    search = search_of(secret)
    # The patterns are compiled once, which takes longer the more ways a secret can be written in.
    search.matches(b"")
    for write in WRITES.values():
        with patience():
            assert not search.matches(b"x: " + write("Y" + secret[1:]).encode() + b" ...")
            # The sign of the last escape may be the last character of the secret.
            search.matches(b"x: " + write(secret[:-1] + "Z").encode() + b" ...")


@pytest.mark.slow
@pytest.mark.parametrize("secret", SECRETS[1:], ids=["signs", "blanks", "slashes", "long"])
def test_it_is_found_in_the_same_forms(secret: str) -> None:
    search = search_of(secret)
    for name in ("JSON", "JSON in JSON", "entities", "entities again"):
        assert search.matches(b"x: " + WRITES[name](secret).encode() + b" ..."), name
