"""Repeated values: one that has the secret is sighted each time, and one that has nothing is read once."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, some_findings
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.compression.reader import CompressedReader
from overheard_capture.decoders.read_before import ReadBefore, ReadTogether
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings

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


@pytest.mark.parametrize("code", CODINGS)
def test_an_unknown_value_with_the_secret_is_sighted_each_time(code: Callable[[bytes], bytes]) -> None:
    value = code(bytes(range(128, 148)) + VALUE + bytes(range(150, 170)))
    findings = played(untyped, b" and ".join([value] * 5) + b" ")
    # The coding of the secret is a spelling, too.
    decoded = [(found.place.offset, found.place.length) for found in findings.sightings if found.layers]
    assert len(set(decoded)) == len(decoded) == 5


def test_values_that_are_searched_together_are_read_once_unless_there_is_something() -> None:
    for sightings in (0, 1):
        findings, read, searched = some_findings(), list[int](), list[int]()
        before = ReadBefore(findings, (), "base64")
        together = ReadTogether(before)

        def read_value(value: bytes, origin: Origin, together: ReadTogether = together, read: list[int] = read) -> None:
            if not together.waits(value, origin):
                together.add(value)
                read.append(origin.place(0, 1).offset)

        def search(findings: Findings = findings, number: int = sightings, searched: list[int] = searched) -> None:
            searched.append(1)
            # Whatever it is.
            findings.sightings += [None] * number  # type: ignore[list-item]

        for offset in range(3):
            read_value(b"a value", Origin.of_frame(1, offset, 7))
        together.search(search, read_value)
        assert read == ([0, 1, 2] if sightings else [0])
        assert len(searched) == 1 + sightings
        assert (b"a value" in before) == (not sightings)
