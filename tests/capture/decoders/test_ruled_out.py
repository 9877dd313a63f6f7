"""The compiled part rules out nothing that Python would find, and most of what is random."""

from __future__ import annotations

import base64
import gzip
import random
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest

from overheard_capture.decoders import ruled_out
from overheard_capture.decoders.base64.payload import payload_start
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.behind_prefix import start_behind_length
from overheard_capture.decoders.magic import BEGINNINGS, PAIRS, ZLIB_PAIRS
from overheard_capture.decoders.ruled_out import may_be_after_length, may_be_readable, may_have_payload
from overheard_capture.decoders.signatures import SIGNATURES
from overheard_capture.native import core

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(core() is None, reason="there is no compiled part")

TEXT = b"the squirrel said something to the other one"


def contents(chance: random.Random) -> Iterator[bytes]:
    """Bytes that may be content, or look like that: in many ways, each behind its length, damaged and cut."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    whole = [TEXT, TEXT[:13], "füße und 日本語".encode() * 3, zlib.compress(TEXT), gzip.compress(TEXT)]
    whole += [brotli.compress(TEXT), deflate.compress(TEXT) + deflate.flush(), b"=ybegin line=128 size=9"]
    whole += [
        TEXT[:20].decode().encode(wide) for wide in ("utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    ]
    whole += [beginning + chance.randbytes(chance.randrange(4, 50)) for beginning in BEGINNINGS]
    whole += [chance.choice(sorted(ZLIB_PAIRS)) + chance.randbytes(chance.randrange(1, 70)) for _ in range(300)]
    whole += [chance.randbytes(chance.randrange(1, 140)) for _ in range(300)]
    for content in whole:
        size = len(content)
        for before in (b"", b"a", bytes([size & 0x7F]), size.to_bytes(2), size.to_bytes(4, "little"), b"ab\x12"):
            made = bytearray(before + content + bytes(chance.choice((0, 0, 0, 1, 3))))
            if chance.random() < 0.3:
                made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
            yield bytes(made[: chance.randrange(1, len(made) + 1)] if chance.random() < 0.2 else made)


def found(out: bytes, chars: bytes) -> tuple[object, ...]:
    """What is found in decoded bytes, and in a run of base64."""
    return is_readable(out), start_behind_length(out), payload_start.__wrapped__(chars)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_is_found_is_ruled_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311  (nothing is kept secret by it)
    before = ("", "", "abc", "/", "x+", "GET/path/", "w0rd")
    values = [
        (out, (chance.choice(before).encode() + base64.b64encode(out).rstrip(b"="))[:196]) for out in contents(chance)
    ]
    compiled = [found(*value) for value in values]
    monkeypatch.setattr(ruled_out, "core", lambda: None)
    assert compiled == [found(*value) for value in values]
    for each, nothing in zip(zip(*compiled, strict=True), (False, -1, -1), strict=True):
        assert 20 < sum(one != nothing for one in each) < len(values)


def test_most_that_is_random_is_ruled_out() -> None:
    chance = random.Random(7)  # noqa: S311  (nothing is kept secret by it)
    values = [chance.randbytes(21) for _ in range(1000)]
    assert sum(map(may_be_readable, values)) < 100
    assert sum(map(may_be_after_length, values)) < 50
    assert sum(may_have_payload(base64.b64encode(value)) for value in values) < 300


def test_nothing_else_begins_as_zlib() -> None:
    others = {magic[:2] for name, each in SIGNATURES.items() if name != "zlib" for magic in each.magics + each.short}
    assert not others & ZLIB_PAIRS
    assert ZLIB_PAIRS < PAIRS
