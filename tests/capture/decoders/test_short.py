"""Short contents: classifying them at once must give the result of the untyped reader."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, outcome, played
from overheard_capture.decoders import short
from overheard_capture.decoders.short import ShortReader, classify
from overheard_capture.decoders.untyped import untyped

PIECES = st.one_of(
    st.binary(max_size=40),
    # Text in other charsets, with control codes, and small documents.
    st.lists(st.sampled_from(b"ab \0\1\2\3\x1b[31m\x08\xff\xc3\xa4\x81\xa1{"), max_size=40).map(bytes),
    st.text(max_size=20).map(str.encode),
    st.sampled_from(
        [
            VALUE,
            base64.b64encode(base64.b64encode(VALUE)),
            gzip.compress(VALUE),
            zlib.compress(VALUE),
            b"=\r\n",
            VALUE.decode().encode("utf-16"),
            VALUE.decode().encode("utf-32-be"),
            b"PK\x03\x04",
            b"\xff\xfe",
            b"plain words",
            b"<p>Fluffy <b>ta</b>il 4711</p>",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nFluffy ta\r\n7\r\nil 4711\r\n0\r\n\r\n",
        ]
    ),
)


@given(st.lists(PIECES, max_size=5).map(b"".join), st.lists(st.integers(0, 200), max_size=3))
def test_it_gives_the_result_of_the_untyped_reader(data: bytes, cuts: list[int]) -> None:
    assert outcome(played(ShortReader, data, cuts)) == outcome(played(untyped, data))


@given(st.binary(min_size=1, max_size=200), st.integers(0, 200), st.integers(1, 50))
def test_it_does_so_with_a_gap(data: bytes, lost: int, length: int) -> None:
    gap = (min(lost, len(data)), min(lost + length, len(data)))
    assert outcome(played(ShortReader, data, gap=gap)) == outcome(played(untyped, data, gap=gap))


def test_most_content_is_classified_at_once() -> None:
    assert classify(b"<34>Oct 11 22:14:15 tree su: hello") is True
    assert classify(bytes(number * 167 % 256 for number in range(300))) is False
    assert classify(gzip.compress(VALUE)) is None
    assert classify("süß".encode()) is None


def test_what_is_unclear_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values = ["süß".encode(), b"\xfcber \xe4nderungen an den gr\xf6ssen", b"a \x02bold\x02 word", b"\x91\xa2\xd3\xe4"]
    assert {short.kind_of(value) for value in values} == {short.ShortKind.UNCLEAR}
    known = [outcome(played(untyped, value)) for value in values]
    monkeypatch.setattr(short.ShortReader, "_use_fallback", lambda _: pytest.fail("it is read as any content"))
    assert [outcome(played(ShortReader, value)) for value in values] == known


def test_text_within_which_something_is_to_be_found_is_not() -> None:
    assert classify(b"<p>Fluffy <b>ta</b>il 4711</p>") is None
    assert classify(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nFluffy ta") is None
