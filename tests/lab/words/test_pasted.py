"""Text as people paste it, as words."""

from __future__ import annotations

import pytest

from overheard.words.pasted import CUT, END, Pasted, words
from rows import for_each


def pasted(*lines: str, last: bool = True) -> Pasted:
    return Pasted(list(enumerate(lines, 1)), last=last)


PLAIN = ["certificate", "has", "expired", END, END]


@for_each(
    line=[
        "certificate has expired",
        "CERTIFICATE_HAS_EXPIRED",
        "│ certificate has expired │",
        "> > certificate   has\texpired.",
        "\x1b[1;31mcertificate\x1b[0m has \x1b]8;;https://example.org\x07expired\x1b]8;;\x07",
        "^[[31mcertificate has expired^[[0m",
        r"\x1b[31mcertificate has expired\033[0m",
        "[31mcertificate[0m has expired",
        r"certificate\nhas\texpired",
        r"certificate\u0020has \"expired\"",
        "certificate&nbsp;has &#39;expired&#39;",
        "certificate%20has%20expired",
        "cer\u00adtificate has\u200b expired",
        "\uff43ertificate has e\uff58pired",
        "certificate\u2011has\u2013expired",
        "c\0e\0r\0t\0i\0f\0i\0c\0a\0t\0e\0 \0h\0a\0s\0 \0e\0x\0p\0i\0r\0e\0d\0",
    ]
)
def test_signs_between_words_colours_and_escapes_do_not_count(line: str) -> None:
    assert words([line]) == PLAIN


@pytest.mark.parametrize("begun", ["\x1b]8;;", "\x1b[", "\x1b", "&#", "\\", "%2"])
def test_an_escape_that_was_begun_ends_with_its_line(begun: str) -> None:
    assert words([f"certificate {begun}", "expired"])[-4:] == [END, "expired", END, END]


def test_what_was_cut_off_is_marked() -> None:
    assert words(["certificate has exp..."]) == ["certificate", "has", "exp", CUT, END, END]
    assert words(["certificate has exp…"]) == ["certificate", "has", "exp", CUT, END, END]


def test_the_next_word_is_in_the_next_line_behind_its_mark() -> None:
    text = pasted("12:00:01 app: certificate has", "12:00:02 app: expired")
    at = text.words.index("has") + 1
    assert [text.words[place] for place in text.after(at)] == ["12", "00", "02", "app", "expired"]
    assert list(pasted("has", "expired").after(1)) == [2]


def test_a_word_goes_on_in_the_next_line_only_at_an_end() -> None:
    text = pasted("certificate has exp", "ired")
    assert [text.words[place] for place in text.joined(3)] == ["ired"]
    assert list(text.joined(2)) == []
    assert list(pasted("exp").joined(1)) == []


def test_a_text_is_over_at_its_end_or_where_it_was_cut() -> None:
    assert pasted("has expired").is_over(2)
    assert not pasted("has expired").is_over(1)
    assert pasted("has expired... or not").is_over(2)
    assert not pasted("has expired", last=False).is_over(2)


def test_each_word_has_its_line() -> None:
    assert pasted("a b", "", "c").line_of[:6] == [0, 0, 0, 1, 2, 2]
