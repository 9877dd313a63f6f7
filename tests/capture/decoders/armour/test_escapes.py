"""Where something escaped begins: what must follow a mark may be some way behind it, and is looked for once."""

from __future__ import annotations

import base64
from urllib.parse import quote

import cramjam
import pytest

from capture.played import VALUE, played, seen
from capture.wrapped import noise
from overheard_capture.decoders.armour.escapes import has_escaped
from overheard_capture.decoders.armour.writings import REACH
from overheard_capture.decoders.untyped import untyped
from rows import for_each

CODES = b"=01=02"


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


@pytest.mark.parametrize(("sign", "stop"), [(b"&amp;", b"<"), (b"&#39;", b">"), (b"''", b"\0"), (b'""', b"\0")])
def test_codes_are_escaped_if_a_sign_that_shows_it_is_near(sign: bytes, stop: bytes) -> None:
    near, far = b"x" * (REACH - 20), b"x" * (REACH + 20)
    assert has_escaped(CODES + near + sign)
    assert not has_escaped(CODES + far + sign)
    assert not has_escaped(CODES + near[1:] + stop + sign)
    # Of several marks, the last ones are near enough.
    assert has_escaped(CODES * 300 + near + sign)
    # The next sign decides, whatever is behind it.
    assert not has_escaped(CODES + stop + near + CODES + stop)
    assert has_escaped(CODES + stop + CODES + sign)


@pytest.mark.parametrize(
    ("text", "is_escaped"),
    [
        (b"text\n> begin 644 a\n> #0V%T\n", True),
        (b"text\n begin 644 a\n #0V%T\n", False),
        # What is on the line before is no quotation.
        (b"> text\nand begin 644 a\n#0V%T\n", False),
        (b'"begin 644 a\\n#0V%T\\n`\\nend\\n"', True),
        (b'"begin 644 a/n#0V%T/n`/nend/n"', False),
        (b"<p>begin 644 a&#10;#0V%T&#10;", True),
        (b"<p>begin 644 a#10;#0V%T#10;", False),
    ],
)
def test_marks_begin_something_where_they_are_escaped(text: bytes, is_escaped: bool) -> None:
    assert has_escaped(text) == is_escaped


QUOTES = {"'": lambda text: b"INSERT INTO t VALUES (1, '" + text + b"');", '"': lambda text: b'1,"' + text + b'",x\n'}


@for_each(quote=QUOTES, value=[VALUE, VALUE.swapcase()])
def test_quotes_of_one_kind_are_doubled_and_those_of_the_other_kind_are_not(quote: str, value: bytes) -> None:
    """Two of the other kind may be there, as characters of Ascii85."""
    sign, other = quote.encode(), b"\"'".replace(quote.encode(), b"")
    texts = (base64.a85encode(snappy(noise(40, number) + value), adobe=True) for number in range(20_000))
    text = next(text for text in texts if sign in text and other * 2 in text)
    findings = played(untyped, QUOTES[quote](text.replace(sign, sign * 2)))
    assert any(layers[-2:] == ("base85", "snappy") for layers in seen(findings)) == (value == VALUE)


@for_each(
    quotation=["&gt; ", "&gt; &gt; "],
    value=[VALUE, VALUE.swapcase()],
)
def test_a_card_may_be_in_a_quotation_in_html(quotation: str, value: bytes) -> None:
    """Its folds show only where both are taken off."""
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"NOTE:the value is now {value[:9].decode()}", f" {value[9:].decode()}"]
    text = "".join(f"{quotation}{line}\n" for line in [*lines, "END:VCARD"])
    findings = played(untyped, f"On Monday Bob &amp; Eve wrote:\n{text}\nI agree.\n".encode())
    assert ("HTML entities" in str(seen(findings))) == (value == VALUE)


@for_each(value=[VALUE, VALUE.swapcase()], again=[1, 2])
def test_characters_by_their_number_may_be_escaped_twice_in_a_url(value: bytes, again: int) -> None:
    entities = "".join(f"&#x{byte:x};" for byte in value)
    for _ in range(again):
        entities = entities.replace("&", "&amp;")
    findings = played(untyped, b"GET /files/" + quote(entities, safe="").encode() + b" HTTP/1.1")
    assert (("percent-encoded",) in seen(findings)) == (value == VALUE)
