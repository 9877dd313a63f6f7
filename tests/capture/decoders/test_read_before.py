"""Repeated values: one that has the secret is sighted each time, and one that has nothing is read once."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, some_findings
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.compression.reader import CompressedReader
from overheard_capture.decoders.read_before import ReadBefore
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Origin

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


def test_it_is_remembered_in_other_contents_of_the_direction_that_are_read_in_the_same_way() -> None:
    findings = some_findings()
    before, layers = ReadBefore(findings, (), "base64"), (BASE64,)
    before.add(b"a value", before.sighted)
    assert b"a value" in ReadBefore(findings, (), "base64")
    others = (
        ReadBefore(findings, layers, "base64"),
        ReadBefore(findings, (), "base32"),
        ReadBefore(some_findings(), (), "base64"),
    )
    assert not any(b"a value" in other for other in others)


@pytest.mark.parametrize("code", CODINGS)
def test_a_value_in_several_contents_is_read_once(
    code: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, closed = CompressedReader.close, 0

    def counted(reader: CompressedReader) -> None:
        nonlocal closed
        closed += 1
        read(reader)

    monkeypatch.setattr(CompressedReader, "close", counted)
    findings, text = some_findings(), b"one " + code(zlib.compress(b"this is nothing")) + b" only"
    for _ in range(5):
        reader = untyped(findings, ())
        reader.feed(text, Origin.of_frame(1, 0, len(text)))
        reader.close()
    assert closed == 1


def test_what_led_to_a_sighting_or_is_long_is_not_remembered() -> None:
    before = ReadBefore(some_findings())
    before.add(b"something", before.sighted - 1)
    before.add(b"x" * 2000, before.sighted)
    assert not any(value in before for value in (b"something", b"x" * 2000))


def test_no_more_than_some_are_remembered() -> None:
    before = ReadBefore(some_findings())
    for number in range(1000):
        before.add(b"%d" % number, 0)
    assert b"999" in before
    assert b"1" not in before
