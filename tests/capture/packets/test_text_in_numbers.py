"""Whether numbers say a text together; random ones, clocks, counters, and addresses say none."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import pytest

from overheard_capture.packets.text_in_numbers import _LONGER, _shorter, says_text
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"correct horse battery staple"
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "reversed": lambda text: text[::-1],
    "swapped": lambda text: b"".join(text[at : at + 2][::-1] for at in range(0, len(text), 2)),
    "keyed": lambda text: bytes(byte ^ 0x9C for byte in text),
    "base64": lambda text: base64.b64encode(text * 2),
    "hexadecimal": lambda text: text.hex().encode(),
}


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def noise(count: int, size: int, seed: str = "noise") -> list[bytes]:
    return cut(hashlib.shake_128(seed.encode()).digest(count * size), size)


@pytest.mark.parametrize("size", [2, 3, 4, 8, 28])
def test_a_text_is_seen_in_numbers_of_any_size_and_coding(size: int) -> None:
    # Hexadecimal of two bytes in a row says two letters, of which one is nearly always the same.
    found = {name for name, coding in CODINGS.items() if says_text(cut(coding(TEXT), size))}
    assert found >= CODINGS.keys() - ({"hexadecimal"} if size == 2 else set())


def test_a_text_is_seen_beside_random_bytes() -> None:
    behind = [piece + other for piece, other in zip(cut(TEXT, 4), noise(7, 4), strict=True)]
    assert says_text(behind)
    assert says_text([*noise(2, 4), *cut(TEXT * 2, 4)])


def test_random_numbers_say_nothing() -> None:
    for size in (1, 2, 4, 8, 32):
        for count in (1, 7, 40, 200):
            assert not says_text(noise(count, size, f"{size} {count}"))


ORDINARY = {
    "a counter": [number.to_bytes(2) for number in range(0x6100, 0x7B00, 3)],
    "a clock": [b"\xbc" + (number << 3).to_bytes(3) for number in range(0x0C2C20, 0x0C2F90, 8)],
    "few values": [[b"\x01\xf5", b"ta", b"\xfa\xf0", b"en"][number % 4] for number in range(100)],
    "the same": [b"horse"] * 50,
    "a short text": [b"corr", b"ect "],
    "nothing": [],
    "small numbers": [bytes([number % 7, number % 3]) for number in range(300)],
}
ADDRESSES = {
    "of a network": [bytes([10, 0, 0, byte]) for byte in hashlib.shake_128(b"hosts").digest(300)],
    "that are letters": [bytes([10, 0, 0, byte]) for byte in b"thequickbrownfxjmpsvlazydg"],
    "of two networks": [bytes([10, 1 + number % 30, 0, 1 + number * 7 % 30]) for number in range(60)],
    "hops": [bytes([number % 9 + 1]) for number in range(90)],
}


def test_ordinary_numbers_say_nothing() -> None:
    assert [name for name, values in ORDINARY.items() if says_text(values)] == []
    assert [name for name, values in ADDRESSES.items() if says_text(values, is_random=False)] == []


def counters(count: int, step: int, size: int = 2, length: int = 250) -> list[bytes]:
    """Numbers of several connections, each of which counts from where it likes, in turn."""
    begins = [int.from_bytes(each) for each in noise(count, size, f"{count} {step}")]
    steps = noise(length, 1)
    found = []
    for at in range(length):
        begins[at % count] += step * (1 + steps[at][0] % 8)
        found.append((begins[at % count] % (1 << 8 * size)).to_bytes(size))
    return found


@for_each(count=[1, 2, 5, 12], step=[-1, 1, 5], size=[2, 4])
def test_counters_of_several_connections_say_nothing(count: int, step: int, size: int) -> None:
    assert not says_text(counters(count, step, size))


def test_zeros_between_random_numbers_say_nothing() -> None:
    assert not says_text([bytes(8), *noise(2, 8)])


def test_addresses_say_a_text_if_all_that_differs_in_them_does() -> None:
    assert says_text(cut(TEXT, 4), is_random=False)
    assert says_text([b"\x20\x01\x0d\xb8" + piece for piece in cut(TEXT, 4)], is_random=False)
    assert says_text(cut(TEXT, 1), is_random=False)
    assert not says_text(cut(CODINGS["keyed"](TEXT), 4), is_random=False)
    assert not says_text(
        [piece + other for piece, other in zip(cut(TEXT, 4), noise(7, 8), strict=True)], is_random=False
    )


def test_codes_are_no_shorter_than_codes_can_be() -> None:
    """By Kraft's inequality: only so does it take luck to save bits."""
    for shorter in _shorter():
        assert sum(2 ** -(8 - (each - _LONGER) / 10) for each in shorter) <= 1
