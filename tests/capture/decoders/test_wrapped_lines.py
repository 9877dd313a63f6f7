"""Text that was wrapped within a word."""

from __future__ import annotations

import textwrap

import pytest

from capture.played import VALUE, played, seen, sightings, some_findings
from capture.wrapped import noise
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.untyped import untyped
from rows import for_each

WRAPPED = {
    "quoted": "> They said Fluff\n> y tail 4711, twice.\n",
    "quoted twice": ">> They said Fluff\r\n>> y tail 4711, twice.\r\n",
    "a comment": "# The word is Fluffy t\n# ail 4711\n",
    "a comment in a program": "    // The word is Fluffy tail 47\n    // 11\n",
    "the time": "2026-11-30T10:00:00.1Z The word is Fluf\n2026-11-30T10:00:00.12Z fy tail 4711\n",
    "git blame": "a1b2 (Bob 2026-11-30 1) Fluffy\na1b2 (Bob 2026-11-30 2)  tail 4711\n",
    "numbers of lines": "   9 The word is Fluff\n  10 y tail 4711\n",
    "offsets, as of curl": '0000: {"user": "oak", "word": "Fluff\n0040: y tail 4711"}\n',
    "a string": 'x = ("Fluff"\n     "y tail 4711")\ny = "Fluf" \\\n    "fy tail 4711"\n'.replace("x = (", "     "),
    "three lines": "* Fluffy t\n* ail\n*  4711\n",
    "a hyphen": "They said Fluff-\ny tail 4711, twice.\n",
    "a hyphen, and a frame": "| They said Fluff-\n| y tail 4711, twice.\n",
    "without an end": "- Fluff\n- y tail 4711",
}


@for_each(name=WRAPPED)
def test_it_is_found(name: str) -> None:
    for before, behind in (("", ""), ("It began.\n" * 300, ""), ("It began.\n" * 110, "\nIt ended.\n" * 300)):
        data = (before + WRAPPED[name] + behind).encode()
        every = sightings(played(untyped, data))
        assert (LAYER,) in seen(played(untyped, data)), name
        for cuts in ([len(data) // 2], range(0, len(data), 300), [1, 1000, 1110, 1120, 3000, 3010]):
            assert sightings(played(untyped, data, cuts)) == every, name


@pytest.mark.parametrize("size", [16, 40, 300])
def test_a_long_secret_is_found_on_many_lines(size: int) -> None:
    value = noise(size).hex()
    for width in (size, 35, 70):
        text = "".join(f"> {line}\n" for line in ["It is this one:", *textwrap.wrap(value, width), "and no other"])
        findings = some_findings(value=value.encode())
        played(untyped, text.encode(), findings=findings)
        assert findings.sightings


OTHERS = {
    "without a frame": "They said Fluff\ny tail 4711, twice.\n",
    "another frame": "> They said Fluff\n# y tail 4711\n",
    "something between": "> They said Fluff\n> or\n> y tail 4711\n",
    "a hyphen between": "> They said Fluff\n> -y tail 4711\n",
    "another letter": "> They said Fluffi\n> y tail 4711\n",
    "a part": "> They said Fluff\n> y tail 471\n> end\n",
}


@for_each(name=OTHERS)
def test_nothing_else_is(name: str) -> None:
    assert not seen(played(untyped, OTHERS[name].encode())), name


@pytest.mark.parametrize("value", [b"acorn", b"4711471"])
def test_a_short_secret_may_be_chance(value: bytes) -> None:
    findings = some_findings(value=value)
    played(untyped, b"> " + value[:3] + b"\n> " + value[3:] + b"\n", findings=findings)
    assert not findings.sightings


def test_what_is_on_one_line_is_not_reported_twice() -> None:
    found = seen(played(untyped, b"> They said " + VALUE + b"\n> " + VALUE + b"\n"))
    assert found == {()}
