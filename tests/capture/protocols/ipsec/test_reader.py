"""IKEv2 and ESP are sealed, alone and in one UDP flow; and what hides in them is not."""

from __future__ import annotations

import base64
import gzip
import itertools
import random
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.esp import null_esp
from capture.frames import ipv4, tcp
from capture.protocols.ipsec.proposals import proposal
from capture.sealed import KEYED, LETTER, SEALED, of_datagrams, packet, verdict
from capture.talk import SECRET, read_datagrams
from overheard_capture.protocols.ipsec.reader import IpsecReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from capture.talk import Parts

RANDOM = random.Random(500)  # noqa: S311 - the same in each run
INITIATOR, RESPONDER = RANDOM.randbytes(8), RANDOM.randbytes(8)
MARKER = bytes(4)


def message(
    exchange: int, payloads: Iterable[tuple[int, bytes]], *, number: int = 0, answer: bool = False, critical: int = 0
) -> bytes:
    """A message (RFC 7296, 3.1)."""
    listed = [*payloads, (0, b"")]
    body = b"".join(
        struct.pack(">BBH", following, critical, 4 + len(each)) + each
        for (_, each), (following, _) in itertools.pairwise(listed)
    )
    flags = 0x20 if answer else 0x08
    responder = RESPONDER if answer or number else bytes(8)
    head = struct.pack(">BBBBII", listed[0][0], 0x20, exchange, flags, number, 28 + len(body))
    return INITIATOR + responder + head + body


def initial(
    *more: tuple[int, bytes], answer: bool = False, public: bytes = b"", nonce: bytes = b"", cipher: int = 20
) -> bytes:
    """IKE_SA_INIT."""
    payloads = [
        (33, proposal(cipher)),
        (34, struct.pack(">HH", 31, 0) + (public or RANDOM.randbytes(32))),
        (40, nonce or RANDOM.randbytes(32)),
        (41, struct.pack(">BBH", 0, 0, 16388) + RANDOM.randbytes(20)),
        (41, struct.pack(">BBH", 0, 0, 16430)),
    ]
    return message(34, [*payloads, *more], answer=answer)


def authentication(body: bytes = b"", *, answer: bool = False) -> bytes:
    """IKE_AUTH, encrypted."""
    return message(35, [(46, body or RANDOM.randbytes(180))], number=1, answer=answer)


def esp(number: int, body: bytes = b"", spi: int = 0xC0FFEE01) -> bytes:
    body = body or bytes(7) + bytes([number % 256]) + RANDOM.randbytes(96)
    return struct.pack(">II", spi, number) + body + bytes(-len(body) % 4)


IKE = [(">", initial()), ("<", initial(answer=True)), (">", authentication()), ("<", authentication(answer=True))]
ENCAPSULATED = [(side, MARKER + data) for side, data in IKE[2:]]
ENCAPSULATED += [(">", esp(number)) for number in range(1, 30)]
ENCAPSULATED += [("<", esp(number, spi=0xBEEF0002)) for number in (1, 2, 4, 3)] + [(">", b"\xff")]


def alone(parts: Parts) -> list[bytes]:
    """Frames with packets of ESP in IP."""
    return [packet(side, data, 50) for side, data in parts]


def test_it_is_sealed(tmp_path: Path) -> None:
    both, known = read_datagrams(IpsecReader, ENCAPSULATED)
    assert all(known)
    assert all(each.encryption and each.encryption.protected for each in both), both
    assert verdict(tmp_path, of_datagrams(IKE, 500)) == SEALED
    assert verdict(tmp_path, of_datagrams(IKE[:2], 500) + of_datagrams(ENCAPSULATED, 4500)) == SEALED
    assert verdict(tmp_path, alone([(">", esp(number)) for number in range(7000, 7020)])) == SEALED


def test_vendor_ids_requests_for_certificates_and_fragments_are_usual(tmp_path: Path) -> None:
    more = [(43, RANDOM.randbytes(16)), (43, b"strongSwan"), (38, b"\4" + RANDOM.randbytes(60))]
    fragments = [
        (">", message(35, [(53, struct.pack(">HH", at, 2) + RANDOM.randbytes(300))], number=1)) for at in (1, 2)
    ]
    parts = [(">", initial()), ("<", initial(*more, answer=True)), *fragments, *IKE[3:]]
    assert verdict(tmp_path, of_datagrams(parts, 500)) == SEALED


def test_what_is_sent_twice_is_read_once(tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([part for part in IKE for _ in range(3)])) == SEALED
    assert verdict(tmp_path, of_datagrams([part for part in ENCAPSULATED for _ in range(2)])) == SEALED


READABLE = {
    "text in place of ciphertext": of_datagrams([*IKE, (">", authentication(LETTER))]),
    "gzip in place of ciphertext": of_datagrams([*IKE, (">", authentication(bytes(8) + gzip.compress(LETTER)))]),
    "a vendor ID": of_datagrams([(">", initial((43, SECRET))), *IKE[1:]]),
    "a vendor ID in base64": of_datagrams([(">", initial((43, base64.b64encode(gzip.compress(SECRET))))), *IKE[1:]]),
    "a nonce": of_datagrams([(">", initial(nonce=SECRET.ljust(32, b"."))), *IKE[1:]]),
    "a notification": of_datagrams([(">", initial((41, bytes(2) + b"\xa0\1" + gzip.compress(SECRET)))), *IKE[1:]]),
    "text in ESP": alone([(">", esp(1)), (">", esp(2, LETTER))]),
    "gzip in ESP": of_datagrams([*ENCAPSULATED, (">", esp(30, RANDOM.randbytes(40) + gzip.compress(LETTER)))]),
    "ESP without encryption": alone([(">", null_esp(ipv4(tcp(SECRET)), 4))]),
    "ESP in UDP without encryption": of_datagrams([*ENCAPSULATED, (">", null_esp(ipv4(tcp(SECRET)), 4))]),
    "a datagram of something else": of_datagrams([*ENCAPSULATED, ("<", b"password=" + SECRET)]),
}
DOUBTFUL = {
    "a fixed key in place of ciphertext": of_datagrams([*IKE, (">", authentication(KEYED))]),
    "a fixed key in ESP": alone([(">", esp(1)), (">", esp(2, KEYED))]),
    "a nonce that is too long": of_datagrams([(">", initial(nonce=RANDOM.randbytes(200))), *IKE[1:]]),
    "a public value of another length": of_datagrams([(">", initial(public=RANDOM.randbytes(99))), *IKE[1:]]),
    "an opaque payload": of_datagrams([(">", initial((60, RANDOM.randbytes(50)))), *IKE[1:]]),
    "an opaque notification": of_datagrams([(">", initial((41, bytes(2) + b"\xa0\1" + KEYED))), *IKE[1:]]),
    "a long SPI": of_datagrams([(">", initial((41, b"\0\x40\xa0\1" + RANDOM.randbytes(64)))), *IKE[1:]]),
    "the NULL cipher": of_datagrams([(">", initial(cipher=11)), *IKE[1:]]),
    "bits that are reserved": of_datagrams([(">", message(34, [(40, RANDOM.randbytes(32))], critical=0x41)), *IKE[1:]]),
    "a number of ESP that is text": alone([(">", esp(1)), (">", esp(0x6E757473))]),
    "a reserved SPI": alone([(">", esp(1, spi=77))]),
    "ESP of no possible length": alone([(">", esp(1) + b"?")]),
    "many SPIs": alone([(">", esp(1, spi=0x66000000 + number)) for number in range(70)]),
    "ESP in UDP without IKE": of_datagrams([(">", esp(number)) for number in range(1, 9)], 4500),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_anybody_can_read_is_overheard(name: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, READABLE[name]) == "OVERHEARD"


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_need_not_be_ciphertext_is_not_sealed(name: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, DOUBTFUL[name]) == "INCONCLUSIVE"


def test_what_esp_carries_without_encryption_is_in_clear(tmp_path: Path) -> None:
    parts = [(">", null_esp(ipv4(struct.pack(">HHHH", 7, 7, 17, 0) + b"good news", 17), 4))]
    assert verdict(tmp_path, alone([*parts, (">", esp(1))])) == "INCONCLUSIVE"


@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(min_size=1, max_size=200)), max_size=6), st.integers(0, 200))
def test_any_datagrams_are_read_without_an_error(parts: list[tuple[str, bytes]], at: int) -> None:
    changed = [(side, (MARKER + IKE[0][1])[:at] + data) for side, data in parts]
    whole = [(side, message(34, [(data[0], data[1:])])) for side, data in parts]
    read_datagrams(IpsecReader, [*whole, *changed, *parts])
