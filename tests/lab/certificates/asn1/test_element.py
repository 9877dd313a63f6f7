"""Elements of BER: what is read, however it is written, and what is an error."""

from __future__ import annotations

import pytest

from lab.certificates import der
from overheard.certificates.asn1.element import DEEPEST, SEQUENCE, Asn1Error, elements, first, parse


@pytest.mark.parametrize(
    ("data", "minimal"),
    [
        (b"\x30\x03\x02\x01\x05", True),
        (b"\x30\x81\x03\x02\x01\x05", False),
        (b"\x30\x84\0\0\0\x03\x02\x01\x05", False),
        (b"\x30\x80\x02\x01\x05\0\0", False),
        (b"\x30\x8a" + bytes(9) + b"\x03\x02\x01\x05", False),
    ],
)
def test_an_element_is_the_same_however_its_length_is_written(data: bytes, minimal: bool) -> None:
    found = parse(data)
    assert (found.tag, found.content, found.minimal) == (SEQUENCE, b"\x02\x01\x05", minimal)
    assert found.encoded == data
    assert [part.content for part in found.parts()] == [b"\x05"]


def test_a_long_element_has_a_long_length() -> None:
    found = parse(der.seq(der.octets(bytes(300))))
    assert found.minimal
    assert len(next(found.parts()).content) == 300


def test_indefinite_lengths_may_be_nested() -> None:
    inner = b"\x24\x80\x04\x01a\x04\x01b\0\0"
    assert [part.encoded for part in parse(b"\x30\x80" + inner + b"\0\0").parts()] == [inner]


@pytest.mark.parametrize(("tag", "read"), [(b"\x80", 0x80), (b"\xa3", 0x83), (b"\x5f", 0x5F), (b"\x9f\x81\x01", 0x9F)])
def test_tags_have_their_class(tag: bytes, read: int) -> None:
    if tag == b"\x5f":
        tag += b"\x1f"
    assert parse(tag + b"\0").tag & 0xFF == read & 0xFF


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "it is empty"),
        (b"\x30", "it ends early"),
        (b"\x30\x05\x02\x01", "lacks 3 bytes"),
        (b"\x30\x82\x01", "within a length"),
        (b"\x30\x8a" + b"\1" * 10, "a length has too many octets"),
        (b"\x04\x80\0\0", "a primitive element has no length"),
        (b"\x30\x80\x02\x01\x05", "it ends early"),
        (b"\x1f\x81\x81\x81\x81\x01\0", "a tag has too many octets"),
        (b"\x30\0\0", "1 more byte after its end"),
        (b"\x30\x80" * 100, "nested too deep"),
    ],
)
def test_what_is_no_element_is_an_error(data: bytes, says: str) -> None:
    with pytest.raises(Asn1Error, match=says):
        parse(data)


def test_what_is_nested_too_deep_is_an_error() -> None:
    data = b""
    for _ in range(DEEPEST + 3):
        data = der.seq(data)
    with pytest.raises(Asn1Error, match="levels deep"):
        _innermost(data)


def _innermost(data: bytes) -> None:
    found = parse(data)
    while True:
        found = next(found.parts())


def test_elements_follow_each_other() -> None:
    assert [one.content for one in elements(b"\x02\x01\x05\x02\x01\x06")] == [b"\x05", b"\x06"]
    assert first(b"\x02\x01\x05rest").content == b"\x05"


def test_a_primitive_element_has_no_parts() -> None:
    with pytest.raises(Asn1Error, match="primitive"):
        next(parse(b"\x02\x01\x05").parts())
