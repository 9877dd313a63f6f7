"""The compiled part leaves out only runs in which nothing is, and that it has searched itself."""

from __future__ import annotations

import base64
import lzma
import random
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.played import played
from overheard.words.secret import Secret
from overheard_capture.content.findings import Findings
from overheard_capture.decoders.armour import runs
from overheard_capture.decoders.armour.codings import CODINGS
from overheard_capture.decoders.armour.runs import codings_in, find_runs
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.magic import BEGINNINGS
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.untyped import untyped
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.native import core
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCH = Search(Secret("message", b"fluffy tail"), engine="re")
NOTHING = [0] * len(CODINGS)
DICE = random.Random(29)  # noqa: S311  (nothing is kept secret by it)


@pytest.fixture(autouse=True)
def _compiled() -> None:
    if core() is None:
        pytest.skip("there is no compiled part here: `python capture/overheard_capture/native/build.py` makes one")


def contents() -> Iterator[bytes]:
    """Bytes that may be content: compressed in every way, with and without a length, cut, and after a signature."""
    for text in (b"hi", b"the squirrel said", b"a" * 900, DICE.randbytes(12), "füße".encode() * 3, bytes(range(30))):
        for level, strategy in ((0, 0), (1, 0), (9, 0), (9, zlib.Z_FIXED), (9, zlib.Z_HUFFMAN_ONLY)):
            pack = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            packed = pack.compress(text) + pack.flush()
            yield from (brotli.compress(text, quality=level), lzma.compress(text, lzma.FORMAT_ALONE))
            yield from (packed, packed + b"rest of it", b"\0\0\0\x11" + zlib.compress(text), packed[: len(packed) // 2])
    for wide in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        text = "секретный пароль".encode(wide)
        yield from (text, zlib.compress(text, 0)[2:-4], zlib.compress(text)[2:-4], b"\0\0\0\x11" + zlib.compress(text))
    yield from (magic + DICE.randbytes(16) for magic in BEGINNINGS)
    yield from ("fluffy tail".encode(codec) for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"))
    yield from (bytes([first]) + DICE.randbytes(11 + size % 50) for first in range(256) for size in range(60))


def test_what_may_be_content_is_read() -> None:
    checked = 0
    for content in contents():
        data = b'"' + content[:64].hex().encode() + b'"'
        if len(data) > 25 and (is_readable(content[:64]) or is_unsigned(content[:64])):
            checked += 1
            assert find_runs(data, NOTHING, SEARCH).runs[0] == [(1, len(data) - 1)], content
    assert checked > 50


def test_a_digest_is_not_read_unless_a_secret_is_in_it() -> None:
    digest, secret = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb924"), b"\xff\x01fluffy tail\xff\x02"
    data = f"{digest.hex()}  a file\n{secret.hex()}  another file\n".encode()
    (found, *others) = find_runs(data, NOTHING, SEARCH).runs
    assert [secret.hex().encode() in data[begin:end] for begin, end in found] == [True]
    assert others == [[]] * (len(CODINGS) - 1)
    assert CODINGS[0] in codings_in(data)


_PIECES = (
    *(DICE.randbytes(size).hex().encode() for size in (1, 2, 8, 12, 13, 40)),
    b"fluffy tail".hex().encode() + b"ff",
    *(b" ", b"  ", b"\n", b"\r\n", b"x", b"0x", b"\\x", b"%", b"%e2", b", ", b":", b'"', b"name", b"1234567"),
    *(b"MZWHKZTGPEQHIYLJNQ", b"mzwhkztgpeqhiyljnq", b"hidden", b"zz"),
)
WORDS = st.lists(st.sampled_from(_PIECES), max_size=30).map(b"".join)


@pytest.mark.slow
@settings(max_examples=300)
@given(WORDS, st.integers(0, 40))
def test_without_the_compiled_part_the_same_is_found(text: bytes, cut: int) -> None:
    def found() -> object:
        findings = played(untyped, text, [cut], findings=Findings(SEARCH, READERS))
        # What was found in one frame need not be in an order.
        return sorted(map(str, findings.sightings)), findings.unread

    compiled = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "core", lambda: None)
        assert found() == compiled


@pytest.mark.parametrize("compiled", [core(), None], ids=["compiled", "Python"])
@for_each(signs=[b"+/", b"//", b"++"])
def test_in_long_base64_no_base58_is_looked_for(
    compiled: object, signs: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "core", lambda: compiled)
    image = base64.b64encode(DICE.randbytes(1200)).translate(bytes.maketrans(b"+/", signs))
    data = image[:500] + b"/6ZTUtsNnaMJVyVcDHfhxS12RoSH6F/" + image[500:] + b"!"
    found = [data[begin:end] for begin, end in find_runs(data, NOTHING, SEARCH).runs[4]]
    # Paths and sums have one of the signs alone.
    assert (b"6ZTUtsNnaMJVyVcDHfhxS12RoSH6F" in found) == (signs != b"+/")


def test_there_is_room_for_any_number_of_runs() -> None:
    digests = [DICE.randbytes(16) for _ in range(9000)]
    data = b" = ".join(digest.hex().encode() for digest in [*digests, b"fluffy tail, again"]) + b"!"
    assert find_runs(data, NOTHING, SEARCH).runs[0][-1][1] == len(data) - 1


@pytest.mark.parametrize("date", [b"Tue, 01 Dec 2026 03:49:00 GMT", b"Wed, 25 Feb 2026 23:59:59 GMT"])
def test_a_date_whose_letters_are_digits_is_no_run(date: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nDate: " + date + b"\r\n"
    assert not codings_in(head + b"\r\n")
    assert codings_in(head + b"ETag: " + DICE.randbytes(16).hex().encode() + b"\r\n\r\n")
    assert codings_in(head.replace(b" GMT", b" 20 66 6c 75 66 66 79"))
