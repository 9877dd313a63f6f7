"""WireGuard is sealed, by its types, lengths, indexes and counters, and by what is in its packets."""

from __future__ import annotations

import base64
import gzip
import random
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sealed import KEYED, LETTER, SEALED, of_datagrams, verdict
from capture.talk import SECRET, read_datagrams
from overheard_capture.protocols.wireguard import WireguardReader

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = random.Random(51820)  # noqa: S311 - the same in each run
CLIENT, SERVER = 0x1A2B3C4D, 0x99887766


def initiation(*, reserved: bytes = bytes(3), mac2: bytes = bytes(16), static: bytes = b"") -> bytes:
    body = (static or RANDOM.randbytes(48)) + RANDOM.randbytes(28 + 16)
    return b"\1" + reserved + struct.pack("<I", CLIENT) + RANDOM.randbytes(32) + body + mac2


def response() -> bytes:
    return b"\2\0\0\0" + struct.pack("<II", SERVER, CLIENT) + RANDOM.randbytes(32 + 16 + 16) + bytes(16)


def data(counter: int, body: bytes | None = None, *, receiver: int = SERVER, reserved: bytes = bytes(3)) -> bytes:
    body = RANDOM.randbytes(112) if body is None else body
    return b"\4" + reserved + struct.pack("<IQ", receiver, counter) + body + bytes(-len(body) % 16)


HANDSHAKE = [(">", initiation()), ("<", response())]
USUAL = [
    *HANDSHAKE,
    *((">", data(number)) for number in range(40)),
    *(("<", data(number, RANDOM.randbytes(size), receiver=CLIENT)) for number, size in enumerate((16, 1436, 64) * 9)),
]


def test_it_is_sealed(tmp_path: Path) -> None:
    both, known = read_datagrams(WireguardReader, USUAL)
    assert all(known)
    assert all(each.encryption and each.encryption.protected for each in both)
    assert not any(each.unread for each in both)
    assert verdict(tmp_path, of_datagrams(USUAL)) == SEALED


def test_cookies_packets_out_of_order_and_another_handshake_are_usual(tmp_path: Path) -> None:
    cookie = b"\3\0\0\0" + struct.pack("<I", CLIENT) + RANDOM.randbytes(56)
    again = initiation(mac2=RANDOM.randbytes(16))
    numbers = [0, 2, 1, 3, 3, 900, 40]
    parts = [(">", initiation()), ("<", cookie), (">", again), ("<", response())]
    parts += [(">", data(number)) for number in numbers]
    assert verdict(tmp_path, of_datagrams(parts)) == SEALED


def test_what_is_captured_twice_is_read_once(tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([part for part in USUAL for _ in range(2)])) == SEALED


READABLE = {
    "clear text": data(40, LETTER[:-2]),
    "a short text": data(40, SECRET + bytes(5)),
    "base64": data(40, base64.b64encode(gzip.compress(LETTER))),
    "gzip": data(40, gzip.compress(LETTER)),
    "gzip behind random bytes": data(40, RANDOM.randbytes(50) + gzip.compress(LETTER)),
    "a letter with a fixed key among ciphertext": data(40, RANDOM.randbytes(500) + KEYED[:360] + RANDOM.randbytes(500)),
    "a handshake": initiation(static=SECRET.ljust(48, b".")),
    "a datagram of something else": b"user ann, password " + SECRET,
}
DOUBTFUL = {
    "reserved bytes": data(40, reserved=b"fox"),
    "reserved bytes, and the rest of it": data(40, SECRET[3:], reserved=SECRET[:3]),
    "another length": data(40) + b"1234",
    "an index that nobody chose": data(40, receiver=0x66667777),
    "a counter that is text": data(int.from_bytes(b"acorns!!", "big")),
    "a letter that is sent with a fixed key": data(40, bytes(byte ^ 0x9C for byte in LETTER)),
    "another letter with a fixed key among ciphertext": data(
        40, RANDOM.randbytes(500) + KEYED[40:] + RANDOM.randbytes(500)
    ),
    "an unknown type": b"\5" + data(40)[1:],
    "a datagram that is opaque": RANDOM.randbytes(99),
    "cookies that are text": b"\3\0\0\0"
    + struct.pack("<I", SERVER)
    + b"the keeper of the acorns sleeps".ljust(56, b"!"),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_anybody_can_read_is_overheard(name: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([*USUAL, (">", READABLE[name])])) == "OVERHEARD"


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_is_no_wireguard_is_not_sealed(name: str, tmp_path: Path) -> None:
    more = [(">", DOUBTFUL[name])]
    if name == "another length":
        # One length need not be a multiple: that of the MTU. A second one must.
        more.append((">", data(41) + b"12345678"))
    assert verdict(tmp_path, of_datagrams([*USUAL, *more])) == "INCONCLUSIVE"


def test_short_messages_with_a_fixed_key_are_compressible_together(tmp_path: Path) -> None:
    words = [b"the fox", b"the oak", b"the nut", b"the owl"]
    parts = [
        (">", data(number, bytes(byte ^ 0x9C for byte in words[number % 4].ljust(32)))) for number in range(40, 60)
    ]
    assert verdict(tmp_path, of_datagrams([*USUAL[:2], *parts])) == "INCONCLUSIVE"


def test_data_without_an_answer_is_not_sealed(tmp_path: Path) -> None:
    parts = [USUAL[0], *(("<", data(number, receiver=CLIENT)) for number in range(9))]
    assert verdict(tmp_path, of_datagrams(parts)) == "INCONCLUSIVE"


def test_without_its_handshake_it_is_only_guessed(tmp_path: Path) -> None:
    _, known = read_datagrams(WireguardReader, USUAL[2:])
    assert not any(known)
    assert verdict(tmp_path, of_datagrams(USUAL[2:])) == "INCONCLUSIVE"


def test_words_in_the_same_flow_are_in_clear(tmp_path: Path) -> None:
    for parts in ([(">", b"hello, squirrels"), *USUAL], [*USUAL, ("<", b"good night")]):
        assert verdict(tmp_path, of_datagrams(parts)) == "INCONCLUSIVE"


@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(min_size=1, max_size=200)), max_size=6))
def test_any_datagrams_are_read_without_an_error(parts: list[tuple[str, bytes]]) -> None:
    read_datagrams(WireguardReader, [*HANDSHAKE, *((side, b"\4\0\0\0" + part) for side, part in parts), *parts])


def test_a_second_code_is_in_clear_unless_a_cookie_was_given() -> None:
    cookie = b"\3\0\0\0" + struct.pack("<I", CLIENT) + RANDOM.randbytes(56)
    again = initiation(mac2=RANDOM.randbytes(16))
    for parts, expected in (([(">", again)], 16), ([(">", initiation()), ("<", cookie), (">", again)], 0)):
        both, _ = read_datagrams(WireguardReader, parts)
        assert sum(sum(each.in_clear.values()) for each in both) == expected
