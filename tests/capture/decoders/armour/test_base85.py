"""The compiled part finds and decodes the same of base85 as Python."""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.encoders import z85
from overheard_capture.decoders.armour import base85
from overheard_capture.decoders.armour.base85 import ALPHABETS, BASE85_CODINGS, Base85
from overheard_capture.decoders.armour.coding import SHORTEST_BASE85

DICE = random.Random(85)  # noqa: S311  (nothing is kept secret by it)
CHARS = st.sampled_from(sorted({*BASE85_CODINGS[0].members.members, *b"z& ,\n"}))
TEXT = "the squirrel said: füße, and more of it".encode()


def found(data: bytes) -> list[list[tuple[int, int]]]:
    """Where something may be in each alphabet. Nothing that was found before is remembered."""
    codings = [Base85(each.alphabet).coding for each in ALPHABETS]
    return [[match.span() for match in coding.find(data, 0)] for coding in codings]


def texts() -> list[bytes]:
    """Lines of which some are encoded: text, compressed and wide text, random bytes; and words, alike in length."""
    kinds = [TEXT, TEXT.decode().encode("utf-16-le"), bytes(5) + b"\x07" * 30, DICE.randbytes(40)]
    kinds += [(30).to_bytes(4, order) + zlib.compress(TEXT[:30]) for order in ("little", "big")]
    encoded = [write(kind) for write in (base64.b85encode, base64.a85encode, z85) for kind in kinds]
    before = (b"", b"data=", b"+", b"> ", b"<p>", b"\\n")
    words = [b"gid://shop/Product/%d" % DICE.randrange(10**12) for _ in range(20)]
    return [head + line for head in before for line in (*encoded, *words)]


@given(st.lists(CHARS, max_size=90).map(bytes))
def test_the_same_bytes_are_decoded(chars: bytes) -> None:
    with pytest.MonkeyPatch.context() as patched:
        compiled = [coding.decode(chars) for coding in BASE85_CODINGS]
        patched.setattr(base85, "core", lambda: None)
        assert [coding.decode(chars) for coding in BASE85_CODINGS] == compiled


def test_a_last_group_may_be_shorter() -> None:
    rfc1924, _, ascii85 = BASE85_CODINGS
    for size in range(33):
        data = DICE.randbytes(size)
        assert rfc1924.decode(base64.b85encode(data)) == data
        assert ascii85.decode(ascii85.chars(base64.a85encode(data))) == data


def test_it_is_found_among_very_many_short_lines() -> None:
    short, encoded = b"=\n101\r\n&lt;\n" * 50, base64.b85encode(TEXT)
    rfc1924, *_ = found(short + encoded + b"\n" + short)
    assert rfc1924[0][0] == len(short)
    assert found(short) == [[], [], []]


@given(
    st.lists(st.sampled_from([b"&lt;", b"\\u0026amp;", b"&#x3c;", b"&", b"\\", b"\n", b";", b"x", b"z", b"a1#$B" * 3]))
)
def test_no_long_line_is_left_out(parts: list[bytes]) -> None:
    data = b"".join(parts)
    for each in ALPHABETS:
        lines = [line.span() for line in each.lines(data, 0)]
        assert lines == [line.span() for line in each.line.finditer(data) if len(line[0]) >= SHORTEST_BASE85]


def test_it_is_found_in_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = texts()
    compiled = found(b"\n".join(lines))
    assert all(compiled)
    each = [found(line) for line in lines]
    monkeypatch.setattr(base85, "core", lambda: None)
    assert found(b"\n".join(lines)) == compiled
    assert [found(line) for line in lines] == each


def test_nothing_goes_on_behind_an_escape_of_a_sign_that_is_in_no_alphabet() -> None:
    """A string of JSON lines in HTML; other lines follow, with signs that may end it as well."""
    line, secret = b"{&quot;text&quot;: &quot;%b&quot;}\n", b"sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    text = line % base64.b85encode(b"xxx" + secret) + line % b"nothing" * 2
    rfc1924 = BASE85_CODINGS[0]
    assert b"xxx" + secret in [rfc1924.decode(rfc1924.chars(match[0])) for match in rfc1924.find(text, 0)]


def test_an_escaped_quote_is_a_character_of_an_alphabet_that_has_it() -> None:
    note, ascii85 = b"the note of 14 squirrels, in full", BASE85_CODINGS[2]
    escaped = base64.a85encode(note).replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;")
    assert b"&quot;" in escaped
    found = next(ascii85.find(escaped, 0))
    assert ascii85.decode(ascii85.chars(found[0])) == note
