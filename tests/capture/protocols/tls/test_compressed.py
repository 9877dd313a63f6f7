"""What begins a compressed stream without a signature is known for certain; random bytes, and text, begin none."""

from __future__ import annotations

import json
import random

import pytest

from capture.protocols.tls.compressions import COMPRESSED
from overheard_capture.protocols.tls.compressed import KINDS, is_compressed, may_begin

RANDOM = random.Random(8)  # noqa: S311 - the same in each run
TEXT = json.dumps([{"id": number, "note": f"{number} Acorns below Oak {number * 7}"} for number in range(40)]).encode()


@pytest.mark.parametrize("how", COMPRESSED)
def test_a_stream_is_known_whole_cut_and_before_other_bytes(how: str) -> None:
    stream = COMPRESSED[how](TEXT)
    for head in (stream, stream[:400], stream + RANDOM.randbytes(600)):
        assert is_compressed(head)
        assert any(may_begin(head, kind) and is_compressed(head, kind) for kind in KINDS)
    assert not is_compressed(stream[:7])


def test_random_bytes_begin_no_stream() -> None:
    for size in (8, 17, 40, 1024):
        assert not any(is_compressed(RANDOM.randbytes(size)) for _ in range(1500))
    # The first byte of LZMA, and the first two bits of dynamic codes.
    for first in (b"\0\x01", b"\xe0", b"\x04", b"\x05"):
        assert not any(is_compressed(first + RANDOM.randbytes(300)) for _ in range(300))


def test_text_is_no_stream() -> None:
    assert not is_compressed(TEXT)
    assert not is_compressed(TEXT[:30])
