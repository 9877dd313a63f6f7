"""Bytes in regular expressions: they mean the same for `re` and for Hyperscan."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.spelling.look import Look, exactly, one_of, perhaps, repeated, row
from overheard_capture.search.engines import HyperscanEngine

EVERY = bytes(range(256))


def test_every_byte_stands_for_itself_alone() -> None:
    looks = [exactly(bytes([byte])) for byte in EVERY]
    for byte in EVERY:
        assert re.findall(looks[byte].regex(), EVERY, re.DOTALL) == [bytes([byte])]
    assert sorted(HyperscanEngine(looks).hits(EVERY)) == [(byte, byte + 1) for byte in EVERY]


@given(st.binary(min_size=2) | st.sets(st.sampled_from(rb"\.^$*+?()[]{}|-,&~/09azAZ")).map(bytes).filter(len))
def test_a_set_has_its_bytes_and_no_others(among: bytes) -> None:
    assert b"".join(re.findall(one_of(among).regex(), EVERY, re.DOTALL)) == bytes(sorted(set(among)))


def test_a_set_with_ranges_is_the_same_for_hyperscan() -> None:
    sets = [b"-az", b"ab", b"abc", b"+,-./", b"[\\]^_", b"\x00\x01\x02", b"\xfd\xfe\xff", b"09:", b"\t\n\r"]
    hits = HyperscanEngine([one_of(among) for among in sets]).hits(EVERY)
    assert sorted(hits) == [(number, byte + 1) for number, among in enumerate(sets) for byte in among]


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (repeated(exactly(b"-"), 2, 3), b"--"),
        (repeated(exactly(b"ab"), 2, 3), b"abab"),
        (repeated(one_of(b"ab"), 2, 3), b"ba"),
        (row(perhaps(exactly(b"?")), exactly(b"x")), b"?x"),
        (row(perhaps(exactly(b"??")), exactly(b"x")), b"??x"),
    ],
)
def test_what_is_repeated_is_all_of_it(look: Look, text: bytes) -> None:
    assert re.fullmatch(look.regex(), text)
    assert not re.fullmatch(look.regex(), text + text)
    assert (0, len(text)) in HyperscanEngine([look]).hits(text)
