"""Text that is read again, unescaped or without prefixes: as often as the layers go, and bounded by its size."""

from __future__ import annotations

import pytest

from capture.played import VALUE, played, seen
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped

WHAT = "text that is escaped or quoted more often than it is read again"
ESCAPED = b"> > &amp;amp;gt; begin 644 a\\\\\\\\n#0V%%T\\\\\\\\n`\\\\\\\\nend\\\\n\n"


def limits(data: bytes, size: int) -> set[Reason]:
    findings = played(untyped, data, range(0, len(data), size))
    return {each.why for each in findings.unread if each.what == WHAT}


@pytest.mark.parametrize("size", [5000, 60_000])
def test_text_in_which_something_escaped_begins_everywhere_is_a_reason(size: int) -> None:
    assert limits(ESCAPED * 3000, size) == {Reason.LIMIT}


@pytest.mark.parametrize("size", [1000, 60_000])
def test_ordinary_text_has_less_of_it(size: int) -> None:
    words = b"The acorns are below the oak, where nobody looks for them.\n" * 40
    assert not limits((words + ESCAPED) * 100, size)
    quoted = b"".join(b"> " + line for line in words.splitlines(keepends=True))
    assert not limits((quoted + b"> begin 644 a\n> #0V%T\n> `\n> end\n" + words) * 100, size)


def test_a_long_table_of_escaped_letters_has_less_of_it() -> None:
    """As programs have them that write names without accents."""
    letters = b"".join(b'"\\xc3\\x%02x":"letter %d",' % (0x80 + at % 64, at) for at in range(3000))
    assert not limits(b"const letters = {" + letters + b"};\n", 60_000)


def test_what_is_behind_it_is_found_all_the_same() -> None:
    assert () in seen(played(untyped, ESCAPED * 2000 + VALUE))
