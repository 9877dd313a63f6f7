"""What clocks say, and what an application may hide in their messages."""

from __future__ import annotations

import hashlib

from capture.in_clear import SPELLED, SWAPPED, datagram, in_clear

RANDOM = hashlib.shake_128(b"random").digest(32)
NOW = bytes.fromhex("e8d4a51012345678")


def message(stratum: int = 2, reference: bytes = b"\x0a\0\0\1", stamp: bytes = NOW, rest: bytes = b"") -> bytes:
    """A frame with a message."""
    head = b"\x24" + bytes([stratum]) + b"\x06\xe9\0\0\1\x23\0\0\4\x56"
    return datagram(head + reference + NOW * 3 + stamp + rest, 123)


def test_what_clocks_say_is_infrastructure() -> None:
    frames = [
        message(),
        message(reference=b"luff"),
        message(1, b"GPS\0"),
        message(1, b"PPS0"),
        message(0, b"RATE"),
        message(1, b"\x7f\x7f\1\0"),
        message(stamp=RANDOM[:8]),
        message(rest=b"\0\0\0\1" + RANDOM[:20]),
        message(rest=b"\0\0\0\1" + RANDOM[:16]),
    ]
    assert in_clear(frames) == {}


def test_text_in_place_of_codes_and_random_numbers_is_in_clear() -> None:
    assert in_clear([message(1, b"lfff")]) == {"data in NTP reference ID": 4}
    assert in_clear([message(stamp=SWAPPED[:8])]) == {"data in NTP timestamp": 8}
    assert in_clear([message(rest=b"\0\0\0\1" + SWAPPED + b"fluf")]) == {"data in NTP MAC": 20}


def test_the_seconds_of_a_clock_are_no_text() -> None:
    """A client asks every 1024 seconds or so."""
    polls = [(0x6162_0000 + 1024 * at + RANDOM[at % 16] % 16).to_bytes(4) for at in range(60)]
    fractions = hashlib.shake_128(b"fractions").digest(240)
    frames = [message(stamp=seconds + fractions[4 * at : 4 * at + 4]) for at, seconds in enumerate(polls)]
    assert in_clear(frames) == {}


def test_text_in_the_numbers_of_several_messages_is_in_clear() -> None:
    frames = [message(reference=SPELLED[at : at + 4]) for at in range(0, 64, 4)]
    assert set(in_clear(frames)) == {"data in NTP references"}
    fractions = [message(stamp=NOW[:4] + bytes(byte ^ 0x9C for byte in SPELLED[at : at + 4])) for at in range(0, 40, 4)]
    assert set(in_clear(fractions)) == {"data in NTP transmit timestamps"}
