"""Wide strings and strings in pieces are found in certificates, and nothing in random bytes."""

from __future__ import annotations

import random
import time

import pytest

from overheard_capture.protocols.tls.certificate_strings import constructed_strings, wide_strings

RANDOM = random.Random(690)  # noqa: S311 - the same in each run
PIECES = b"\4\5fluff\4\5y tai\4\1l"


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_wide_strings_are_found(encoding: str) -> None:
    text = "fluffy tail".encode(encoding)
    message = b"\x30\x80\x1e" + bytes([len(text)]) + text + RANDOM.randbytes(80)
    assert [message[start:end] for start, end in wide_strings(message)] == [text]


@pytest.mark.parametrize(
    "string",
    [b"\x24\x11" + PIECES, b"\x24\x80" + PIECES + b"\0\0", b"\x2c\x81\x11" + PIECES, b"\x36\x11" + PIECES],
    ids=["octets", "of no length", "UTF-8", "IA5"],
)
def test_strings_in_pieces_are_found(string: bytes) -> None:
    message = RANDOM.randbytes(90) + string + RANDOM.randbytes(90)
    found = [b"".join(message[start:end] for start, end in pieces) for pieces in constructed_strings(message)]
    assert found == [b"fluffy tail"]


def test_random_bytes_have_none() -> None:
    for _ in range(300):
        message = RANDOM.randbytes(1000)
        assert not list(wide_strings(message))
        assert all(sum(end - start for start, end in pieces) < 12 for pieces in constructed_strings(message))


def test_strings_that_do_not_end_take_no_time() -> None:
    begun = time.perf_counter()
    assert not list(constructed_strings(b"\x24\x80\4\2" * 16_000))
    assert time.perf_counter() - begun < 1
