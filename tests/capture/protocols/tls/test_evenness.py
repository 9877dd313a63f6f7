"""What is less even than random bytes is noticed, in one record or in many; ciphertext is even."""

from __future__ import annotations

import random
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from capture.protocols.tls.conversations import agreed
from capture.talk import noise, record, replay
from overheard_capture.native import core
from overheard_capture.protocols.tls.evenness import Evenness, saved
from rows import for_each

RANDOM = random.Random(11)  # noqa: S311 - the same in each run
LETTER = b"Dear squirrels, the acorns are in the hollow oak behind the third fence; tell nobody. " * 60


def keyed(text: bytes, length: int) -> bytes:
    """Text under a key that begins again after so many bytes."""
    key = RANDOM.randbytes(length)
    return bytes(byte ^ key[at % length] for at, byte in enumerate(text))


def in_blocks(text: bytes) -> bytes:
    """Encrypted block by block, each by itself."""
    cipher = Cipher(algorithms.AES(RANDOM.randbytes(16)), modes.ECB()).encryptor()  # noqa: S305 - the fault
    return cipher.update(text[: len(text) // 16 * 16])


def one_pad(texts: list[bytes]) -> list[bytes]:
    """Each under the same stream of bytes."""
    pad = RANDOM.randbytes(max(map(len, texts)))
    return [bytes(map(int.__xor__, text, pad)) for text in texts]


UNEVEN = {
    "zeros": [bytes(64)],
    "numbers": [struct.pack(">200I", *range(1000, 1200))],
    "a key of 13 bytes": [keyed(LETTER, 13)[:600]],
    "a key of 32 bytes": [keyed(LETTER, 32)[:2048]],
    "a long key, in long records": [keyed((LETTER * 3)[:15_000], 100) for _ in range(3)],
    "seven bits": [bytes(byte & 127 for byte in RANDOM.randbytes(600))],
    "few of all bytes more often": [bytes(byte & (15 if at % 4 else 255) for at, byte in enumerate(noise(600)))],
    "blocks that return": [in_blocks(b"to be continued".ljust(16) * 2 + LETTER[:300])],
    "a block that returns later": [in_blocks(LETTER[:32] + noise(160) + LETTER[:32])],
    "the same record again": [noise(60), noise(60)],
    "a record in each of which one byte differs": [noise(39) + bytes([byte]) for byte in range(3)],
    "one pad for all": one_pad([LETTER[at : at + 60] for at in range(0, 3000, 60)]),
    "numbers, a few in each": [b"\0\0\0" + bytes([at]) + noise(24, at) for at in range(40)],
    "one uneven record": [*(noise(900, at) for at in range(30)), keyed(LETTER, 13)[:1024], noise(900)],
    "a little in each record": [noise(50, at) + bytes(byte & 15 for byte in noise(4, at)) for at in range(2000)],
}
EVEN = {
    "one record": [noise(20_000)],
    "records": [noise(16_401, at) for at in range(40)],
    "short records": [noise(17 + at % 50, at) for at in range(3000)],
    "records of one length": [noise(24, at) for at in range(3000)],
    "empty records": [b""] * 40,
}


@pytest.fixture(params=["compiled", "plain Python"])
def _each_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "plain Python":
        monkeypatch.setattr("overheard_capture.protocols.tls.evenness.core", lambda: None)
    elif core() is None:
        pytest.skip("there is no compiled part")


def is_uneven(records: list[bytes], nonce: int = 0) -> bool:
    """Whether records are uneven, one by one and as records of TLS."""
    alone, together = Evenness(), Evenness()
    one_by_one = True in [alone.add(each, nonce) for each in records]
    data = bytearray(b"".join(record(23, each) for each in records))
    at_once = together.add_records(memoryview(data), 0, len(data), nonce)
    assert one_by_one == at_once
    closed = alone.close(), together.close()
    assert closed[0] == closed[1] or at_once
    return at_once or closed[0]


@pytest.mark.usefixtures("_each_part")
@for_each(what=UNEVEN)
def test_what_is_uneven_is_noticed(what: str) -> None:
    assert is_uneven(UNEVEN[what])


@pytest.mark.usefixtures("_each_part")
@for_each(what=EVEN)
def test_what_is_even_is_not(what: str) -> None:
    assert not is_uneven(EVEN[what])


@pytest.mark.usefixtures("_each_part")
def test_a_nonce_may_count() -> None:
    counting = [struct.pack(">Q", number) + noise(32, number) for number in range(300)]
    assert is_uneven(counting)
    assert not is_uneven(counting, nonce=8)
    assert not is_uneven([b"123"] * 40, nonce=8)


def test_short_records_may_be_uneven() -> None:
    assert is_uneven([struct.pack(">40I", *range(1000, 1040))])
    assert is_uneven([bytes(byte & 127 for byte in RANDOM.randbytes(120))])


def test_ciphertext_is_even() -> None:
    """Of 2.5 GB of AES, in records of 40 to 16,401 bytes, none was uneven; here less is tried."""
    cipher = Cipher(algorithms.AES(bytes(16)), modes.CTR(bytes(16))).encryptor()
    evenness = Evenness()
    for number in range(3000):
        assert not evenness.add(cipher.update(bytes(1 + 37 * number % 16_400)))
    assert not evenness.close()


def test_random_bytes_cannot_be_written_in_fewer_bits() -> None:
    for size in (0, 1, 100, 1000, 100_000):
        counts = [0] * 256
        for byte in noise(size):
            counts[byte] += 1
        assert saved(counts) <= 1e-6
    assert saved([1 << 20] + [0] * 255) > 8_000_000


@for_each(before=[0, 70], what=UNEVEN)
def test_uneven_records_are_no_ciphertext_of_tls(what: str, before: int) -> None:
    # TLS 1.2 with GCM: each record begins with a nonce.
    bodies = [noise(99, at) for at in range(before)] + [bytes(8) + each for each in UNEVEN[what]]
    sent = b"".join(record(23, body) for body in bodies)
    for cuts in (range(0), range(0, len(sent), 1061)):
        assert replay([*agreed(), (">", sent)], cuts=cuts).problems == ["plain text in TLS application data records"]
