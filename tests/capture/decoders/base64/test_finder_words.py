"""Which words are taken for base64, and what in them is tried."""

from __future__ import annotations

import base64
import gzip
import random
import zlib
from urllib.parse import quote

import pytest

from capture.played import VALUE, played, seen, some_findings
from overheard_capture.decoders.base64 import run
from overheard_capture.decoders.base64.alphabet import may_have_base64
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.base64.run import has_readable_part
from overheard_capture.decoders.untyped import untyped
from rows import for_each

DICE = random.Random(24)  # noqa: S311  (nothing is kept secret by it)
# The first bytes of zlib, behind which nothing is that can be decompressed.
FALSE = b"\x78\x9c" + b"\xff" * 17
# In EBCDIC, 23 characters of its base64 are before the first slash.
QUOTES = """Tr0ub4dor&3<"it's">%+\\/=?"""


@for_each(text=[b"abcdefghijklmnopqrstuvwxyz234567" * 8, b"0123456789ABCDEF" * 16])
def test_a_long_word_is_none_at_the_end_of_text_either(text: bytes) -> None:
    looked_at: list[bytes] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Base64Finder, "_read", lambda _, raw, __: looked_at.append(raw))
        played(untyped, text + b" and more")
        played(untyped, b"the word " + text)
    assert not looked_at


def test_a_long_run_at_the_end_of_text_is_read() -> None:
    packed = gzip.compress(DICE.randbytes(300).hex().encode() + VALUE, mtime=0)
    assert seen(played(untyped, b"the word " + base64.b64encode(packed).rstrip(b"=")))


@for_each(before=["data:application/octet-stream;base64,", "a,", "x=%2c"], end=["", " ", "&b=1"], size=[1, 7, 100])
def test_few_characters_between_two_escapes_are_read(before: str, end: str, size: int) -> None:
    """They are as many as a run has at least only with the digits of the escape before them."""
    for value, is_there in ((QUOTES, True), (QUOTES.swapcase(), False)):
        text = (quote(before + base64.b64encode(value.encode("cp273")).decode(), safe="") + end).encode()
        findings = some_findings(value=QUOTES.encode())
        assert bool(played(untyped, text, range(0, len(text), size), findings=findings).sightings) == is_there


@for_each(
    out=[
        FALSE + zlib.compress(VALUE),
        FALSE * 3 + b"\x1f\x8b" + gzip.compress(VALUE, mtime=0)[2:],
        # More than are tried are left to a reader.
        FALSE * 9,
        b"\xff\xfe\xfd" + b"the squirrel said: nuts!!",
    ]
)
def test_what_is_in_a_run_is_read(out: bytes) -> None:
    assert has_readable_part(out)


@for_each(out=[FALSE, FALSE * 3, DICE.randbytes(40)])
def test_what_only_begins_like_a_format_is_not_read(out: bytes) -> None:
    assert not has_readable_part(out)


def test_a_format_behind_others_is_found_in_a_run() -> None:
    inside = DICE.randbytes(9) + FALSE + zlib.compress(b"the squirrel said: " + VALUE)
    assert seen(played(untyped, b"a value: " + base64.b64encode(inside) + b" and more"))


def test_no_reader_is_made_for_what_only_begins_like_a_format() -> None:
    read: list[bytes] = []
    words = [b"\x78\x9c" + DICE.randbytes(19) for _ in range(50)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run.RunBatch, "_report", lambda _, out, *__: read.append(out))
        played(untyped, b" ".join(map(base64.b64encode, words)))
    assert len(read) < 5


@for_each(
    text=[b"nuts: abcdefghijklmnopqrstuvwxyz", b"abcdefghijklmnopqrstuvwxyz, nuts", b"0123456789ABCDEF" * 3, b"nuts"]
)
def test_a_complete_text_whose_long_words_are_none_has_no_base64(text: bytes) -> None:
    assert not may_have_base64(text)


@for_each(text=[b"abcdefghijklmnopqrstuvwxyzA", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ: nuts", b"ab" * 600])
def test_a_complete_text_may_have_base64(text: bytes) -> None:
    """What is very long is read before its end is known."""
    assert may_have_base64(text)
