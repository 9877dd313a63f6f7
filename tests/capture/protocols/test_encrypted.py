"""What must be ciphertext is doubted where random bytes would not be like that, and nowhere else."""

from __future__ import annotations

import bz2
import gzip
import random
import struct
import zipfile
import zlib
from io import BytesIO

import pytest

from capture.played import some_findings
from overheard_capture.protocols.encrypted import Ciphertext

RANDOM = random.Random(9)  # noqa: S311 - the same in each run
WORDS = b"the quick brown fox jumps over the lazy dog, and the squirrel watches from the oak. "
KEYED = bytes(byte ^ 0x9C for byte in WORDS)


def reports(*records: bytes, nonce: int = 0) -> int:
    """How often it was reported that these records are no ciphertext."""
    found: list[None] = []
    ciphertext = Ciphertext(some_findings(), (), lambda: found.append(None))
    for record in records:
        ciphertext.is_ciphertext(record, nonce)
    ciphertext.close()
    return len(found)


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter", WORDS)
    return file.getvalue()


@pytest.mark.parametrize(
    "records",
    [
        [WORDS],
        [RANDOM.randbytes(700) + gzip.compress(WORDS)],
        [RANDOM.randbytes(700) + zipped()],
        [RANDOM.randbytes(700) + zlib.compress(WORDS) + RANDOM.randbytes(80)],
        [RANDOM.randbytes(700) + bz2.compress(WORDS) + RANDOM.randbytes(80)],
        [RANDOM.randbytes(900) + KEYED * 4 + RANDOM.randbytes(900)],
        # None of them is compressible by itself.
        [RANDOM.randbytes(20) + KEYED[:40] for _ in range(12)],
        [RANDOM.randbytes(1400) for _ in range(30)] + [KEYED * 9] + [RANDOM.randbytes(1400) for _ in range(30)],
        [b"a note of ten", b"and a second", b"then a third", b"at last this"],
    ],
    ids=[
        "text",
        "gzip",
        "zip",
        "zlib",
        "bzip2",
        "a fixed key",
        "a fixed key, a bit at a time",
        "a fixed key, in much",
        "short texts",
    ],
)
def test_what_is_no_ciphertext_is_reported(records: list[bytes]) -> None:
    assert reports(*records)


def test_ciphertext_is_never_reported() -> None:
    assert not reports(*(RANDOM.randbytes(size) for size in range(1, 1500)))
    # A nonce that counts is left out.
    counting = [struct.pack(">Q", number) + RANDOM.randbytes(32) for number in range(3000)]
    assert not reports(*counting, nonce=8)
    assert reports(*counting)


def test_magics_by_chance_are_no_formats() -> None:
    for magic in (b"\x1f\x8b\x08", b"PK\3\4"):
        assert not any(reports(RANDOM.randbytes(30) + magic + RANDOM.randbytes(60)) for _ in range(3000))


def test_tags_that_are_text_are_no_tags() -> None:
    text = (WORDS * 3)[:200]
    tagged = [RANDOM.randbytes(100) + text[at : at + 16] for at in range(0, len(text) - 16, 16)]
    assert reports(*tagged)
    assert not reports(*(RANDOM.randbytes(116) for _ in range(300)))
