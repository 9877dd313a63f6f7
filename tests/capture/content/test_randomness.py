"""What looks random is a signature or ciphertext; what does not is content that nobody could read."""

from __future__ import annotations

import gzip
import struct

import cramjam
import pytest

from capture.wrapped import noise
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
