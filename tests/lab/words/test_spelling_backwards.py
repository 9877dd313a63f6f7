"""Codes that are written backwards, and ROT47: as a schoolchild would hide a secret, from nobody."""

from __future__ import annotations

import base64

import pytest

from capture.encoders import rot47
from capture.search.searches import searches_of
from rows import for_each

SECRET = b"fluffy tail"


def seen(text: bytes) -> set[str]:
    """The names of the spellings of the secret in this text, by each engine the same."""
    first, second = ({match.spelling for match in search.matches(text)} for search in searches_of(SECRET, False))
    assert first == second
    return first


@for_each(before=range(3), encode=[base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_found_that_is_written_backwards(before: int, encode: object) -> None:
    assert callable(encode)
    for said, expected in ((SECRET, {"reversed base64"}), (b"fluffy nail", set())):
        assert seen(b"It is " + encode(b"acorn"[:before] + said + b", yes")[::-1] + b".") == expected


@pytest.mark.parametrize("written", [SECRET.hex(), SECRET.hex().upper()])
def test_hexadecimal_is_found_that_is_written_backwards(written: str) -> None:
    assert seen(b"It is " + written[::-1].encode() + b".") == {"reversed hexadecimal"}
    assert not seen(written[::-1].replace("6", "7", 1).encode())
    # Backwards byte by byte.
    assert not seen(SECRET[:-1][::-1].hex().encode())


def test_rot47_is_found() -> None:
    assert seen(rot47(SECRET.decode())) == {"ROT47"}
    assert not seen(rot47("fluffy nail"))
