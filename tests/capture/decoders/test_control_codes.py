from __future__ import annotations

import base64

import pytest

from capture.played import VALUE, outcome, played, seen
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.control_codes import may_be_text
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped

START, END = VALUE[:5], VALUE[5:]


@pytest.mark.parametrize(
    "text",
    [
        b"page one\n\x0cpage two\n",
        b"a file of DOS\r\n\x1a",
        b"\x1b[32mPASS\x1b[0m test one\n\x1b[31mFAIL\x1b[0m test two\n",
        b":b!c@d PRIVMSG #x :\x01ACTION waves\x01\r\n",
        b":b!c@d PRIVMSG #x :\x02bold\x0f and \x0304red\x03\r\n",
        b"N\x08NA\x08AM\x08ME\x08E\n",
        b"./a.txt\0./b.txt\0",
        b"words first, " * 50 + "größer\x0c".encode() * 9,
    ],
)
def test_text_with_a_few_control_codes_is_read(text: bytes) -> None:
    assert may_be_text(text)
    assert not played(ShortReader, text).unread
    for size in (1, 3, 50):
        assert not played(untyped, text, range(0, len(text), size)).unread


@pytest.mark.parametrize(
    "odd",
    [
        b"\0\0\0\0abcdefg",
        b"a\0b\0c\0d\0e",
        b"a\x0c",
        b"text with a bell\x07 and a page\x0c",
        b"an escape \x1b that begins nothing\x1b",
        b"text in Latin-1: gr\xf6\xdfer als zwei Zeilen\x0c",
        # A block of Snappy, in which a length and a distance are like codes.
        b")<xxxs+APwA3w-er K\x01\x0cP-rbis +APw-ber +ANY-l",
    ],
)
def test_other_codes_or_too_many_are_no_text(odd: bytes) -> None:
    assert [each.why for each in played(untyped, odd).unread] == [Reason.OPAQUE]


@pytest.mark.parametrize(
    "text",
    [
        b"PRIVMSG #x :it is " + START + b"\x02" + END + b"\x02\r\n",
        b"words before it, " * 30 + START + b"\x1b[1;31m" + END + b"\x1b[0m and words behind it",
        b"".join(b"%c\x08%c" % (each, each) for each in VALUE) + b" and words behind it, as many as there are codes",
        b"names\0" + START + b"x\x08" + END + b"\0",
        b"in base64\x0c\n"
        + base64.b64encode(b"it is " + VALUE)[:20]
        + b"\x0f"
        + base64.b64encode(b"it is " + VALUE)[20:],
    ],
)
def test_text_is_read_without_its_codes(text: bytes) -> None:
    found = played(untyped, text)
    assert seen(found)
    assert not found.unread
    for size in (1, 3, 50):
        assert bool(outcome(played(untyped, text, range(0, len(text), size))))
        assert seen(played(untyped, text, range(0, len(text), size))) == seen(found)
