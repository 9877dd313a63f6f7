"""What looks random is a signature or ciphertext; what does not is content that nobody could read."""

from __future__ import annotations

import gzip
import random
import struct

import cramjam
import pytest

from capture.wrapped import noise
from overheard_capture.content import randomness
from overheard_capture.content.randomness import has_zeros, looks_random

WORDS = "the note says where the key is, and when to come for it: at noon"
NUMBERS = range(100, 4000, 97)
CONTENT = {
    "UTF-16": WORDS.encode("utf-16-le"),
    "UTF-32": WORDS.encode("utf-32-be"),
    "EBCDIC": WORDS.encode("cp037"),
    "Cyrillic letters": "секретный пароль и ещё слово".encode("cp1251"),
    "Japanese": ("秘密の合言葉です、誰にも言わないで" * 2).encode("shift-jis"),
    "text under XOR": bytes(byte ^ 0xA5 for byte in WORDS.encode()),
    "numbers": b"".join(struct.pack("<i", number) for number in NUMBERS),
    "LZ4 of UTF-16": bytes(cramjam.lz4.compress_block(WORDS.encode("utf-16-le"))),
}
RANDOM = {
    "ciphertext": noise(300),
    "compressed text": gzip.compress(WORDS.encode() * 2, mtime=0)[10:-8],
    "text before it": WORDS.encode() + noise(32),
    "padding before it": bytes(40) + noise(32, 1),
    "an address": bytes.fromhex("20010db8000000000000000000000001"),
}


@pytest.mark.parametrize("name", CONTENT)
def test_content_does_not(name: str) -> None:
    assert not looks_random(CONTENT[name])


@pytest.mark.parametrize("name", RANDOM)
def test_other_bytes_do(name: str) -> None:
    assert looks_random(RANDOM[name])


@pytest.mark.parametrize("size", [1, 16, 17, 20, 32, 48, 64, 256, 512])
def test_random_bytes_always_do(size: int) -> None:
    assert all(looks_random(noise(size, seed)) for seed in range(2000))


def test_text_in_utf_16_and_utf_32_has_zeros() -> None:
    assert [name for name in CONTENT if has_zeros(CONTENT[name])] == ["UTF-16", "UTF-32", "numbers", "LZ4 of UTF-16"]
    assert not any(map(has_zeros, RANDOM.values()))


def test_with_and_without_the_compiled_part_the_same_looks_random(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)  # noqa: S311  (nothing is kept secret with it)

    def some(alphabet: bytes, size: int) -> bytes:
        return bytes(chance.choice(alphabet) for _ in range(size))

    makes = (
        chance.randbytes,
        lambda size: some(b"ab ~\t\x7f\x80", size % 9),
        lambda size: b"".join(bytes([letter, 0]) for letter in some(b"aaaaab ~\t", size % 30)),
        lambda size: b"".join(bytes([0, letter]) for letter in some(b"aaaaab ~\x1f", size % 30)),
        lambda size: bytes([size % 256]) * (size % 9),
        lambda size: some(bytes(range(0x80, 0x9C)), size % 60),
        lambda size: chance.randbytes(8) * (size % 12),
    )
    texts = [
        b"".join(chance.choice(makes)(chance.randrange(1, 300)) for _ in range(chance.randrange(1, 7)))
        for _ in range(4000)
    ]
    compiled = [looks_random(text) for text in texts]
    monkeypatch.setattr(randomness, "core", lambda: None)
    assert compiled == [looks_random(text) for text in texts]
    assert len(texts) / 4 < sum(compiled) < len(texts) * 3 / 4
