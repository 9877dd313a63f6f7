"""Repeated values: one that has the secret is sighted each time, and one that has nothing is read once."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, some_findings
from overheard_capture.decoders.compression.reader import CompressedReader
from overheard_capture.decoders.read_before import ReadBefore
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable

CODINGS = [base64.b64encode, base64.b32encode, lambda data: data.hex().encode()]


@pytest.mark.parametrize("code", CODINGS)
def test_a_value_with_the_secret_is_sighted_each_time(code: Callable[[bytes], bytes]) -> None:
    value = code(zlib.compress(b"this is: " + VALUE))
    findings = played(untyped, b" and ".join([value] * 5) + b" ")
    assert len({(found.place.frame, found.place.offset, found.position) for found in findings.sightings}) >= 3
    assert len(findings.sightings) == 5


@pytest.mark.parametrize("code", CODINGS)
def test_a_value_without_it_is_read_once(code: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    read = CompressedReader.close
    closed = 0

    def counted(reader: CompressedReader) -> None:
        nonlocal closed
        closed += 1
        read(reader)

    monkeypatch.setattr(CompressedReader, "close", counted)
    value, other = (code(zlib.compress(text)) for text in (b"this is nothing", b"and this is something else"))
    played(untyped, b" and ".join([value, other] * 20) + b" ")
    assert closed == 2


def test_what_led_to_a_sighting_or_is_long_is_not_remembered() -> None:
    before = ReadBefore(some_findings())
    before.add(b"something", before.sighted - 1)
    before.add(b"x" * 1000, before.sighted)
    assert not any(value in before for value in (b"something", b"x" * 1000))


def test_no_more_than_some_are_remembered() -> None:
    before = ReadBefore(some_findings())
    for number in range(1000):
        before.add(b"%d" % number, 0)
    assert b"999" in before
    assert b"1" not in before
