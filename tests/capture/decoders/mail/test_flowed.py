"""Flowed text of mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, sightings, some_findings
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings

HEADER = "DATA\r\nFrom: a@x.test\r\nContent-Type: text/plain; format=flowed; {}\r\n\r\nHello,\r\n"
TAIL = "\r\nBye, and thanks\r\n.\r\n"
BODIES = {
    "two lines": "it is Fluffy-ta \r\nil-4711 ",
    "three lines": "it is Fluf \r\nfy-ta \r\nil-4711, or so",
    "a blank that the line is stuffed with": "it is Fluffy \r\n -tail-4711",
    "a quotation": "> it is Fluffy-ta \r\n> il-4711\r\n",
    "a deep quotation": ">>> it is Fluffy-ta \r\n>>> il-4711\r\n",
}


def mail(body: str, parameter: str = "delsp=yes", cuts: tuple[int, ...] = ()) -> Findings:
    """The findings in a mail as SMTP has it."""
    data = (HEADER.format(parameter) + body + TAIL).encode()
    return played(untyped, data, cuts, findings=some_findings(value=b"Fluffy-tail-4711"))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("parameter", ["delsp=yes", "DelSp=Yes", 'delsp="yes"', "\r\n\tdelsp=yes; charset=utf-8"])
def test_lines_that_flow_are_joined(body: str, parameter: str) -> None:
    found = mail(body, parameter)
    assert {each.layers for each in found.sightings} == {(LAYER,)}
    for size in (1, 7, 60):
        assert sightings(mail(body, parameter, tuple(range(0, 400, size)))) == sightings(found)


def test_its_place_is_that_in_both_lines() -> None:
    (found,) = mail(BODIES["two lines"]).sightings
    assert found.matched == b"Fluffy-tail-4711"
    assert found.place.frames == (1, 2)


@pytest.mark.parametrize(
    "body",
    [
        "it is Fluffy-ta \r\nand il-4711",
        "it is Fluffy-ta \r\n\r\nil-4711",
        "> it is Fluffy-ta \r\nil-4711",
        "it is Fluffy-ta \r\nil-4712",
    ],
)
def test_other_lines_are_not(body: str) -> None:
    assert not mail(body).sightings


def test_without_the_parameter_the_blank_is_part_of_the_text() -> None:
    assert not mail(BODIES["two lines"], "charset=utf-8").sightings
    assert VALUE.count(b" ") == 2
