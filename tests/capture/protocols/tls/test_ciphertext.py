"""Plaintext in place of ciphertext is noticed in every record; ciphertext is never taken for plaintext."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from capture.protocols.tls.conversations import agreed
from capture.talk import record, replay
from capture.wrapped import zipped
from overheard_capture.native import core
from overheard_capture.protocols.tls.ciphertext import first_format, is_plaintext
from rows import for_each

RANDOM = random.Random(7)  # noqa: S311 - the same in each run
WORDS = b'{"user": "ann", "note": "the quick brown fox jumps over the lazy dog"}'
KEY = ec.generate_private_key(ec.SECP521R1())
PRIVATE = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
# A number of 256 bytes, and another one (RFC 8017, A.1.1).
MODULUS = b"\x30\x82\x01\x0a\x02\x82\x01\x01\0" + RANDOM.randbytes(256) + b"\x02\x03\x01\0\x01"
PLAIN = {
    "text": WORDS,
    "text behind a nonce and before a tag": bytes(8) + WORDS[:40] + RANDOM.randbytes(16),
    "text within a long record": RANDOM.randbytes(9000) + WORDS + RANDOM.randbytes(7000),
    "UTF-16": WORDS.decode().encode("utf-16-le"),
    "Russian": "Пароль от склада знает только заведующий складом".encode(),
    "Chinese": "仓库的密码只有仓库管理员一个人知道请不要告诉其他任何人这是秘密".encode(),
    "numbers": struct.pack("<40I", *range(1000, 1040)),
    "gzip": gzip.compress(WORDS),
    "gzip behind an IV": RANDOM.randbytes(16) + gzip.compress(WORDS),
    "zlib": zlib.compress(WORDS[:20]),
    "zlib, truncated": zlib.compress(RANDOM.randbytes(500) + WORDS)[:400],
    "gzip at an odd offset": RANDOM.randbytes(5) + gzip.compress(WORDS),
    "zlib far inside": RANDOM.randbytes(200) + zlib.compress(WORDS) + RANDOM.randbytes(16),
    "zip": RANDOM.randbytes(1) + zipped(WORDS),
    "bzip2": RANDOM.randbytes(12) + bz2.compress(WORDS),
    "xz": RANDOM.randbytes(33) + lzma.compress(WORDS),
    "a private key": PRIVATE,
    "a private key, truncated": PRIVATE[:30],
    "a public key": PUBLIC,
    "a public key behind an IV, truncated": RANDOM.randbytes(16) + PUBLIC[:60],
    "an RSA key": MODULUS,
    "an RSA key, truncated": MODULUS[:100],
    "PNG": b"\x89PNG\r\n\x1a\n" + RANDOM.randbytes(300),
    "7z": b"7z\xbc\xaf\x27\x1c" + RANDOM.randbytes(300),
}
CIPHERTEXT = {
    "random": RANDOM.randbytes(16401),
    "with a nonce that counts": bytes(7) + b"\1" + RANDOM.randbytes(24),
    "short": RANDOM.randbytes(25),
    "the first bytes of gzip by chance": b"\x1f\x8b\x08\xff" + RANDOM.randbytes(200),
    "the first bytes of zlib by chance": b"\x78\x9c" + RANDOM.randbytes(40),
    "the magic of zlib by chance": RANDOM.randbytes(77) + b"\x78\x9c" + RANDOM.randbytes(90),
    "the magic of old LZ4 by chance": RANDOM.randbytes(77) + b"\2\x21\x4c\x18" + RANDOM.randbytes(90),
    "the first bytes of DER by chance": b"\x30\x82\x61\x37\x30\x25\xd1" + RANDOM.randbytes(90),
    "a few printable characters": RANDOM.randbytes(50) + WORDS[:24] + RANDOM.randbytes(50),
}


def test_random_bytes_that_begin_as_zlib_does_are_no_zlib() -> None:
    for at in range(20_000):
        header = (b"\x78\x9c", b"\x38\x11", b"\x48\x89")[at % 3]
        assert not is_plaintext(header + RANDOM.randbytes(200))


def test_random_bytes_that_begin_as_der_does_are_hardly_ever_der() -> None:
    header = (b"\x30\x81\xc0\x02", b"\x30\x82\x31\x11\x30", b"\x30\x82\x0a\x0b\xa0")
    found = [is_plaintext(header[at % 3] + RANDOM.randbytes(200)) for at in range(30_000)]
    assert sum(found) < 20


def test_the_compiled_part_passes_over_malformed_zlib_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = [zlib.compress(WORDS * 4, level) for level in (0, 1, 6, 9)]
    pieces = [
        (b"\x78\x9c", b"\x78\xda", b"\x78\x01")[at % 3] + RANDOM.randbytes(RANDOM.randrange(60)) for at in range(1200)
    ]
    found = []
    for each in (b"".join(pieces[at : at + 12]) for at in range(0, 1200, 12)):
        for data in (each, each * 2, *(each[:400] + whole for whole in packed)):
            found.append([first_format(data, start, len(data) - start) for start in range(3)])
            with monkeypatch.context() as patch:
                patch.setattr("overheard_capture.protocols.tls.ciphertext.core", lambda: None)
                assert found[-1] == [first_format(data, start, len(data) - start) for start in range(3)]
    assert [-1] * 3 in found


@pytest.fixture(params=["compiled", "plain Python"])
def _each_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "plain Python":
        monkeypatch.setattr("overheard_capture.protocols.tls.ciphertext.core", lambda: None)
        monkeypatch.setattr("overheard_capture.protocols.tls.records.core", lambda: None)
    elif core() is None:
        pytest.skip("there is no compiled part")


@pytest.mark.usefixtures("_each_reader")
# The first 64 records are looked at more closely.
@for_each(before=[0, 70], what=PLAIN)
def test_plaintext_is_noticed_in_every_record(what: str, before: int) -> None:
    sealed = b"".join(record(23, RANDOM.randbytes(100)) for _ in range(before))
    sent = sealed + record(23, PLAIN[what]) + record(23, RANDOM.randbytes(100))
    for cuts in (range(0), range(0, len(sent), 61)):
        result = replay([*agreed(), (">", sent)], cuts=cuts)
        assert result.problems == ["plain text in TLS application data records"]
        assert not result.protected


@pytest.mark.usefixtures("_each_reader")
@for_each(what=CIPHERTEXT)
def test_ciphertext_is_no_plaintext(what: str) -> None:
    assert not is_plaintext(CIPHERTEXT[what])
    others = [record(23, RANDOM.randbytes(80)) for _ in range(99)]
    assert replay([*agreed(), (">", record(23, CIPHERTEXT[what]).join(others[:2]) + b"".join(others[2:]))]).protected


def test_text_in_many_short_records_is_noticed() -> None:
    pieces = [WORDS[at : at + 9] for at in range(0, len(WORDS), 9)]
    for short in pieces, [piece + RANDOM.randbytes(20) for piece in pieces * 8]:
        sent = b"".join(record(23, RANDOM.randbytes(40)) + record(23, piece) for piece in short)
        assert not replay([*agreed(), (">", sent)]).protected
    assert replay([*agreed(), (">", record(23, RANDOM.randbytes(8) + WORDS[:16]))]).protected


def test_records_shorter_than_their_cipher_suite_makes_are_noticed() -> None:
    sent = [b"".join(record(23, RANDOM.randbytes(24)) for _ in range(200)), record(23, RANDOM.randbytes(24))]
    assert replay([*agreed(), (">", b"".join(sent))]).protected
    for length in 1, 16, 23:
        result = replay([*agreed(), (">", record(23, RANDOM.randbytes(length)).join(sent))])
        assert result.problems == ["TLS records too short for their cipher suite"]


def test_random_records_are_never_plaintext() -> None:
    """Of a million short records of OpenSSL none may be taken for text; here fewer are tried."""
    noise = RANDOM.randbytes(2_000_000)
    sizes = [RANDOM.choice((17, 22, 24, 30, 45, 80, 150, 1400)) for _ in range(20_000)]
    starts = [RANDOM.randrange(len(noise) - 1400) for _ in sizes]
    found = [
        (start, size) for start, size in zip(starts, sizes, strict=True) if is_plaintext(noise[start : start + size])
    ]
    assert not found
