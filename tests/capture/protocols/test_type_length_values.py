"""Options with a type and a length of two bytes each."""

from __future__ import annotations

from overheard_capture.protocols.type_length_values import type_length_values


def test_each_has_its_type_and_the_place_of_its_value() -> None:
    data = b"head" + bytes.fromhex("0102 0003 616263 0000 0000")
    assert list(type_length_values(data, 4)) == [(0x0102, 8, 11), (0, 15, 15)]


def test_padding_is_in_none() -> None:
    data = bytes.fromhex("0001 0001 61 000000 0002 0000")
    assert list(type_length_values(data, unit=4)) == [(1, 4, 5), (2, 12, 12)]


def test_the_last_one_may_end_beyond_the_data() -> None:
    assert list(type_length_values(bytes.fromhex("0001 0009 61"))) == [(1, 4, 13)]
    assert list(type_length_values(b"\0\1\0")) == []
