"""Where something escaped begins: what must follow a mark may be some way behind it, and is looked for once."""

from __future__ import annotations

import pytest

from overheard_capture.decoders.armour.escapes import has_escaped
from overheard_capture.decoders.armour.writings import REACH

CODES = b"=01=02"


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
