"""Text from outside, safe to print."""

from __future__ import annotations

from overheard.words.printable import printable


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert printable("red \x1b[31m, bell \x07, other way \u202e, half \udc80") == (
        "red \\x1b[31m, bell \\x07, other way \\u202e, half \\udc80"
    )
    assert printable("größer 漢字") == "größer 漢字"
