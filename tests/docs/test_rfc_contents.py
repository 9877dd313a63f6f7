"""Each section of an RFC that a page, a chapter, the gallery or an explanation cites is in that RFC."""

from __future__ import annotations

import json

import pytest

from overheard.words.chapter import Reading
from overheard.words.fields import EXPLANATIONS
from overheard.words.fields.sealed import KEYS
from overheard.words.story import SCENARIOS
from rfc_contents import CONTENTS, citations, sections_in, sections_of

KNOWN = json.loads(CONTENTS.read_text())
CONTENTS_OF: dict[str, list[str]] = KNOWN["contents"]
UNVERIFIED: dict[str, str] = KNOWN["unverified"]


def wrong(number: int, section: str) -> bool:
    """Whether an RFC has no such section, as far as that is known."""
    return str(number) not in UNVERIFIED and section not in CONTENTS_OF.get(str(number), ())


def test_every_section_that_is_cited_exists() -> None:
    """If the RFC is not in the data yet: the docstring of bench/rfc_contents.py says how it gets there."""
    cited = list(citations())
    assert len(cited) > 200
    assert {(file, f"RFC {number}, {section}") for file, number, section in cited if wrong(number, section)} == set()


def test_every_reading_of_an_rfc_names_a_section_that_exists() -> None:
    """As it is shown, however its module is written."""
    readings: list[Reading] = [reading for each in SCENARIOS for reading in each.chapter.reading]
    readings += [each.reading for each in (*EXPLANATIONS.values(), *KEYS.values())]
    cited = [(reading.where, cited) for reading in readings for cited in sections_in(reading.where)]
    assert len(cited) > 100
    assert [where for where, (number, section) in cited if wrong(number, section)] == []


def test_the_data_has_no_rfc_that_is_not_cited() -> None:
    cited = {str(number) for _, number, _ in citations()}
    assert CONTENTS_OF.keys() | UNVERIFIED.keys() == cited
    assert not CONTENTS_OF.keys() & UNVERIFIED.keys()
    assert KNOWN["sources"].keys() <= CONTENTS_OF.keys()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as in RFC 8446, 4.4.2; and RFC 5280, section 4.2.1.9.", [(8446, "4.4.2"), (5280, "4.2.1.9")]),
        ("RFC 5280, 4.2.1.9 and 4.2.1.10, and 3 more", [(5280, "4.2.1.9"), (5280, "4.2.1.10")]),
        ("RFC 8446, appendix C.5, and RFC 8446, D", [(8446, "C.5"), (8446, "D")]),
        ('reading = rfc(9112, "11.4", "about")', [(9112, "11.4")]),
        ("https://www.rfc-editor.org/rfc/rfc5280#section-6.1", [(5280, "6.1")]),
        ('"the list (RFC 5280, "\n        "5.1.2.5)"', [(5280, "5.1.2.5")]),
        ("# in RFC 5280,\n    # 5.1.2.5", [(5280, "5.1.2.5")]),
        ("RFC 5746 of 2010, RFC 7919 (2016), RFCs 8446 and 5246", []),
    ],
)
def test_citations_are_found_in_text_and_code(text: str, found: list[tuple[int, str]]) -> None:
    assert list(sections_in(text)) == found


def test_sections_are_found_in_the_text_of_an_rfc() -> None:
    text = """
Table of Contents

   1.  Introduction  . . . . . . . . . . . . . . . . . . . . . . . .   4
     1.1.  Terms  . . . . . . . . . . . . . . . . . . . . . . . . .   5
   Appendix A.  Examples  . . . . . . . . . . . . . . . . . . . . .  10

1.  Introduction

   As 2.4 of the other document says.

10.  Numbers

A text that begins with an article.

2.1.1.  Deeper than the table of contents

  5.4.2 Indented
"""
    assert sections_of(text) == ["1", "1.1", "2.1.1", "5.4.2", "10", "A"]
