"""Signs that are escaped, and what stands between tags that are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.decoders.armour.escaped_signs import PARTIAL_ESCAPE, SIGNS, escape_of, sign_of, texts
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

ESCAPES: dict[str, Callable[[str], str]] = {
    "an entity": lambda sign: f"&{SIGNS[sign.encode()].decode()};",
    "its number": lambda sign: f"&#{ord(sign)};",
    "in hexadecimal": lambda sign: f"&#x{ord(sign):X};",
    "twice": lambda sign: f"&amp;{SIGNS[sign.encode()].decode()};",
    "twice, by its number": lambda sign: f"&#38;#{ord(sign)};",
    "five times": lambda sign: f"&amp;amp;#x26;amp;#{ord(sign)};",
    "in JSON": lambda sign: f"\\u{ord(sign):04x}",
    "in JSON in JSON": lambda sign: f"\\\\u{ord(sign):04X}",
    "in HTML in JSON": lambda sign: f"\\u0026{SIGNS[sign.encode()].decode()};",
}


@for_each(how=ESCAPES, sign=list(SIGNS))
def test_a_sign_is_known_however_it_is_escaped(how: str, sign: bytes) -> None:
    escaped = ESCAPES[how](sign.decode()).encode()
    assert re.fullmatch(escape_of(SIGNS), escaped)
    assert sign_of(escaped) == sign
    for size in range(1, len(escaped)):
        assert PARTIAL_ESCAPE.search(b"x" + escaped[:size])


def test_what_is_no_escape_is_none() -> None:
    for text in (b"&", b"&x;", b"&lt", b"lt;", b"\\u0041", b"\\n", b"&#65;", b"u003c"):
        assert not re.fullmatch(escape_of(SIGNS), text)


def between(markup: str) -> list[str]:
    data = markup.encode()
    return [data[start:end].decode() for start, end in texts(data, 0, len(data))]


TEXT = "text&" * 5


@for_each(how=[str, *ESCAPES])
def test_the_text_of_an_element_is_found_however_its_tags_are_escaped(how: str | type[str]) -> None:
    escape = ESCAPES[how] if isinstance(how, str) else how
    below, above = escape("<"), escape(">")
    assert between(f"{below}a{above}{below}b{above}{TEXT}{below}/b{above}abc{below}/a{above}") == [TEXT]
    # The end of what is looked at may be that of the text.
    assert between(f"{below}b{above}{TEXT}{below}") == [TEXT]
    # What begins another tag, and what is too short, is none.
    assert not between(f"{below}b{above}{TEXT}{below}b{above}{TEXT[1:]}{below}/b{above}")


def test_tags_that_are_escaped_otherwise_are_part_of_a_text() -> None:
    assert between(f"<a>one&lt;b&gt;{TEXT}&lt;/b&gt;</a>") == [TEXT, f"one&lt;b&gt;{TEXT}&lt;/b&gt;"]
    assert not between(f"<a>{TEXT}&lt;/a>")


def test_a_section_of_cdata_has_brackets_of_its_own() -> None:
    assert between(f"<![CDATA[a>b<{TEXT}]]>") == [f"a>b<{TEXT}"]
    assert between(f"<![CDATA[a]b{TEXT}") == [f"a]b{TEXT}"]
    assert not between("<![CDATA[text]]>")
