"""The recording of a terminal as a picture that moves."""

from __future__ import annotations

import re
import runpy
import subprocess
from xml.etree import ElementTree as ET

import pytest

from docs.pages import ROOT

SCRIPT = runpy.run_path(str(ROOT / "docs" / "pictures.py"))
recorded, animated = SCRIPT["recorded"], SCRIPT["animated"]
PRINTS = r"printf '\033[1;32m\u2713 one\033[0m\n'; sleep 0.4; echo two"


def test_each_state_of_the_terminal_is_recorded() -> None:
    screens = recorded(["bash", "-c", PRINTS], "make it")
    assert [screen.text.splitlines() for screen in screens] == [
        ["$ make it"],
        ["$ make it", "\u2713 one"],
        ["$ make it", "\u2713 one", "two"],
    ]
    assert screens[1].begin < screens[2].begin


def test_what_stays_is_ended() -> None:
    assert recorded(["bash", "-c", "trap 'exit 0' INT; echo '(Ctrl-C ends it)'; while :; do sleep 0.05; done"], "x")[
        -1
    ].text == ("$ x\n(Ctrl-C ends it)")


def test_a_command_that_fails_is_no_picture() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        recorded(["false"], "false")


def test_the_picture_shows_one_screen_at_a_time_and_the_last_one_to_those_who_want_no_motion() -> None:
    picture = animated(recorded(["bash", "-c", PRINTS], "make it"), "a title")
    svg = ET.fromstring(picture)  # noqa: S314  (it is our own)
    groups = [group for group in svg.iter("{http://www.w3.org/2000/svg}g") if group.get("class") == "screen"]
    assert ["two" in "".join(group.itertext()) for group in groups] == [False, False, True]
    style, _, moving = picture.partition("@media (prefers-reduced-motion: no-preference)")
    assert ".screen:last-of-type { visibility: visible }" in style
    assert moving.count("@keyframes") == len(groups)
    assert len(set(re.findall(r'id="([^"]+)"', picture))) == len(re.findall(r'id="([^"]+)"', picture))
