"""Compression without a signature, in bytes that were written as text."""

from __future__ import annotations

import base64
import gzip
import io
import lzma
import quopri
import tarfile
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.encoders import base58, z85
from capture.lz_string import lz_string
from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import noise, words
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import offsets_of_contents
from overheard_capture.decoders.untyped import untyped
from overheard_capture.native import core
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

TEXT = b"<Response><Name>" + VALUE + b"</Name></Response>"
LONG = TEXT + words(2600) + VALUE
MIXED = bytes(97 + byte % 23 if byte % 7 else 32 for byte in noise(9000)) + LONG
UNUSUAL = {"id": lzma.FILTER_LZMA1, "lc": 1, "lp": 2, "pb": 0, "dict_size": 3 << 20}


def raw(data: bytes, level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return deflate.compress(data) + deflate.flush()


def flushed(data: bytes) -> bytes:
    """As a part of a stream that goes on."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


PACKED = {
    "fixed codes": (raw(TEXT, strategy=zlib.Z_FIXED), "deflate"),
    # Text, with a few bytes before it.
    "stored": (raw(TEXT, 0), "base64"),
    "dynamic codes": (raw(LONG), "deflate"),
    "only Huffman codes": (raw(LONG, strategy=zlib.Z_HUFFMAN_ONLY), "deflate"),
    "of a stream": (flushed(TEXT), "deflate"),
    "UTF-16": (raw(TEXT.decode().encode("utf-16-le")), "deflate"),
    "gzip after its length, as .NET has it": (len(TEXT).to_bytes(4, "little") + gzip.compress(TEXT), "gzip"),
    "zlib after its length, as Qt has it": (len(TEXT).to_bytes(4, "big") + zlib.compress(TEXT), "zlib"),
    "zlib after its length, as MySQL has it": (len(TEXT).to_bytes(4, "little") + zlib.compress(TEXT), "zlib"),
    # Uncompressed, as it is short.
    "brotli, stored": (brotli.compress(TEXT), "base64"),
    "brotli, quick": (brotli.compress(LONG, quality=1), "br"),
    "brotli in a small window": (brotli.compress(LONG, lgwin=10), "br"),
    "brotli with long code tables": (brotli.compress(MIXED), "br"),
    "gzip in brotli, stored": (brotli.compress(gzip.compress(TEXT)), "base64"),
    "deflate in brotli, stored": (brotli.compress(raw(b"it is " + VALUE)), "deflate"),
    "stored deflate in brotli, stored": (brotli.compress(raw(b"it is " + VALUE, 0)), "deflate"),
    "LZMA": (lzma.compress(TEXT, lzma.FORMAT_ALONE), "lzma"),
    "LZMA of other properties": (lzma.compress(LONG, lzma.FORMAT_ALONE, filters=[UNUSUAL]), "lzma"),
    "LZ4 after its length, as Python has it": (lz4.block.compress(TEXT + LONG), "lz4"),
    "Snappy": (snappy(TEXT + LONG), "snappy"),
    "Snappy that begins with a long literal": (snappy(base64.b85encode(noise(100)) + TEXT * 2), "snappy"),
    "Snappy of Cyrillic letters": (snappy("секретный пароль ".encode() + TEXT * 2), "snappy"),
    "Snappy of UTF-16 with a mark": (snappy(TEXT.decode().encode("utf-16")), "snappy"),
    "Snappy of UTF-32 with a mark": (snappy(TEXT.decode().encode("utf-32")), "snappy"),
    "Snappy of UTF-32, the high byte first": (
        snappy(b"\0\0\xfe\xff" + (TEXT * 30).decode().encode("utf-32-be")),
        "snappy",
    ),
    "gzip in deflate": (raw(gzip.compress(TEXT)), "deflate"),
}
WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64url": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "hexadecimal": base64.b16encode,
    "base32": base64.b32encode,
    "base85": base64.b85encode,
    "in a path": lambda data: b"/a/b/" + base64.urlsafe_b64encode(data) + b"/c",
}


EBCDIC = ("I say " + VALUE.decode() * 9).encode("cp037")
DOCUMENT = b"\xa2\x64user\x65alice\x64note\x58\x80" + (VALUE * 8).ljust(128)
WHOLE = {
    "LZ4 of EBCDIC": (lz4.block.compress(EBCDIC), ("lz4",)),
    "Snappy of EBCDIC": (snappy(EBCDIC), ("snappy",)),
    "Snappy of CBOR": (snappy(DOCUMENT), ("snappy",)),
    "deflate in Snappy, stored": (snappy(raw(TEXT)), ("snappy", "deflate")),
    "brotli in Snappy, stored": (snappy(brotli.compress(MIXED[:300] + TEXT)), ("snappy", "br")),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_block_is_known_by_its_length_whatever_is_in_it(name: str) -> None:
    block, layers = WHOLE[name]
    assert ("base64", *layers) in seen(played(untyped, base64.b64encode(block)))
    for other in (bytes([block[0] ^ 8]) + block[1:], block + b"!"):
        assert not any(layers[0] in each for each in seen(played(untyped, base64.b64encode(other))))


def test_a_whole_block_is_no_zlib_after_its_length_though_two_bytes_in_it_are_its_signature() -> None:
    block = snappy(b"".join(b"%%%02X" % byte for byte in b"xxxs: " + VALUE))
    assert block[4:6] == b"8\x11"
    assert any(layers[:2] == ("base64", "snappy") for layers in seen(played(untyped, base64.b64encode(block))))
    packed = block[:4] + zlib.compress(TEXT)
    assert ("base64", "zlib") in seen(played(untyped, base64.b64encode(packed)))
    assert not played(untyped, base64.b64encode(block[:6] + noise(90))).unread


@pytest.mark.parametrize("pack", [lz4.block.compress, snappy, raw])
def test_a_block_with_more_than_its_first_bytes_show_is_known(pack: Write) -> None:
    """A database, and records of which nothing is known; if they are whole."""
    for content in (b"SQLite format 3\0\x10\0\1\1\0@  " + bytes(8000), b"\1\2\3\4" * 3000):
        packed = pack(content + VALUE.decode().encode("utf-32-le"))
        assert len(packed) < 2000
        assert is_unsigned(packed)
        assert seen(played(untyped, base64.b64encode(packed)))
    assert not is_unsigned(pack(b"\1\2\3\4" * 3000 + VALUE)[:-3] + b"xyz" + noise(9))


@for_each(name=PACKED, how=WRITTEN)
def test_it_is_found_in_text(name: str, how: str) -> None:
    data, layer = PACKED[name]
    text = b'{"data": "' + WRITTEN[how](data) + b'"}'
    findings = played(untyped, text)
    expected = {layer, how} if layer == "base64" else {layer}
    assert any(expected & {*layers} for layers in seen(findings))
    assert not findings.unread
    # What writes is cut apart from what is written, so byte by byte each of them once is enough.
    each_once = len(text) < 500 and (how == "base64" or name == next(iter(PACKED)))
    for size in (1, 100, 333) if each_once else (100, 333):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(data=[noise(100, seed) for seed in range(200)])
def test_random_bytes_are_none(data: bytes) -> None:
    assert not is_unsigned(data)


@pytest.mark.parametrize("data", [b"", b"\0" * 40, b"some words of text, and nothing else", b"\xff" * 64])
def test_other_bytes_are_none(data: bytes) -> None:
    assert not is_unsigned(data)


@for_each(
    write=[base64.b32encode, z85, base64.b85encode, base58, base64.b64encode],
    charset=["utf-8", "utf-16-le", "utf-32-be", "cp037", "cp1140"],
    before=["", "password=", "The password is "],
)
def test_a_block_that_looks_like_text_is_read(write: Write, charset: str, before: str) -> None:
    """The length before it, and that of its literal, are characters, or those of another charset."""
    secret = b"a tail of the fluffiest"
    block = snappy(write((before + secret.decode()).encode(charset)))
    findings = played(untyped, block, findings=some_findings(value=secret))
    # The length of a longer or shorter one is no character.
    assert findings.sightings or (findings.unread and block[0] not in range(32, 127))
    for size in (1, 7):
        again = some_findings(value=secret)
        assert outcome(played(untyped, block, range(0, len(block), size), findings=again)) == outcome(findings)


def test_text_that_begins_like_a_block_is_no_reason() -> None:
    for text in (b"40 " + b"x" * 40, b"/<" + b"a/b" * 15, b"0x" + b"ab" * 23, b"00" * 24, b"/" * 49, b'{"a": "b"}' * 9):
        findings = played(untyped, text)
        assert not findings.sightings
        assert not findings.unread


def test_random_text_is_no_reason() -> None:
    for seed in range(50):
        findings = played(untyped, b"token=" + base64.b64encode(noise(80, seed)))
        assert not findings.unread


def test_a_run_of_one_byte_is_not_compressed() -> None:
    """With brotli it becomes many of another one, which is brotli again."""
    assert not played(untyped, base64.b64encode(brotli.compress(b"\x8b" * 1400))).unread


@pytest.mark.parametrize("pack", [snappy, lz4.block.compress])
def test_the_end_of_text_or_padding_may_follow_a_block_and_nothing_else(pack: Callable[[bytes], bytes]) -> None:
    """A quote, a tag or a line end."""
    block = pack(EBCDIC)
    ends = dict.fromkeys((b'"', b"'); x", b"</p>", b"\r\nbye", b"\nbye", bytes(3)), True)
    for behind, known in {**ends, bytes(4): False, b"x": False, b"\tbye": False}.items():
        assert is_unsigned(block + behind) == known


def test_a_block_in_quoted_printable_in_an_element_is_read() -> None:
    block = lz4.block.compress(b'"the new value is %b\\u0020%b, a note"' % (VALUE[:6], VALUE[7:]))
    text = b"<body>" + quopri.encodestring(block) + b"</body>"
    assert ("quoted-printable", "lz4") in seen(played(untyped, text))


def test_a_quote_or_padding_may_follow_deflate_and_nothing_else() -> None:
    """As in a string of JavaScript, or in Z85; what is in it is nothing known."""
    packed = raw(noise(40), strategy=zlib.Z_FIXED)
    follows = {b"": True, b'"': True, b"'); x": True, bytes(3): True, bytes(4): False, b"x": False, b"\n": False}
    for behind, known in follows.items():
        assert is_unsigned(packed + behind) == known


@for_each(
    inner=["fixed codes", "dynamic codes", "UTF-16", "of a stream"], write=[base64.b64encode, z85, base64.b85encode]
)
def test_deflate_of_anything_is_read_though_padding_follows_it(inner: str, write: Write) -> None:
    """Such as what is compressed twice, the second time in vain."""
    packed = raw(PACKED[inner][0])
    assert played(untyped, write(packed + bytes(-len(packed) % 4 or 3))).sightings


def test_text_is_not_compressed() -> None:
    """Some of it is well-formed brotli, again and again."""
    text = "ä".encode() * 60
    assert is_unsigned(text)
    for data in (text, text + VALUE):
        findings = played(untyped, base64.b64encode(data))
        assert not findings.unread
        assert bool(findings.sightings) == (data is not text)


def test_brotli_of_anything_is_read_if_nothing_follows_it() -> None:
    packed = brotli.compress(noise(90))
    assert is_unsigned(packed)
    assert not is_unsigned(packed[:-1])
    assert not is_unsigned(packed + b"x")
    assert is_unsigned(packed + bytes(2))
    packed = brotli.compress(raw(VALUE + noise(90).hex().encode()))
    assert any("br" in layers for layers in seen(played(untyped, b"note=" + base64.b64encode(packed) + b"&x=y")))


@pytest.mark.parametrize(
    ("text", "charset"),
    [("The password is süßer Kürbis über Öl, keep it.", "cp1252"), ("пароль, ещё пароль, ещё пароль", "koi8-r")],
)
def test_short_brotli_of_text_in_another_charset_is_known(text: str, charset: str) -> None:
    # It is not stored.
    assert is_unsigned(packed := brotli.compress(text.encode(charset)))
    assert not is_unsigned(packed + b"x")


def test_short_brotli_of_a_document_is_known_if_all_of_it_is_there() -> None:
    """A document has lengths, which are no text."""
    # Stored, it is known by its text.
    note = b"5f1c8a52-9d3e-4b7a-8c06-2e9f4d1b7a30"
    packed = brotli.compress(b"\x82\xa4user\xa5alice\xa4note\xc5\0$" + note, quality=5)
    assert is_unsigned(packed)
    assert len(packed) <= 64
    text = b"x = '" + base64.b64encode(packed) + b"'"
    assert ("base64", "br") in seen(played(untyped, text, findings=some_findings(value=note)))
    assert not is_unsigned(packed[:-1])
    assert not is_unsigned(packed + b"more")


def test_short_brotli_of_a_block_is_known_if_all_of_both_is_there() -> None:
    note = b"5f1c8a52-9d3e-4b7a-8c06-2e9f4d1b7a30"
    block = lz4.block.compress(note)
    packed = brotli.compress(block, quality=5)
    assert len(packed) <= 64
    assert is_unsigned(packed)
    text = b"x = '" + base64.b64encode(packed) + b"'"
    assert any("br" in layers for layers in seen(played(untyped, text, findings=some_findings(value=note))))
    damaged = (brotli.compress(each, quality=5) for each in (block[:-1], b"\x19" + block[1:]))
    assert not any(map(is_unsigned, (packed[:-1], packed + b"more", *damaged)))


def test_short_brotli_that_was_compressed_before_is_known_though_it_is_stored() -> None:
    note = "секретный пароль".encode()
    once = brotli.compress(b"password=" + note, quality=11)
    packed = brotli.compress(once, quality=5)
    assert once in packed
    assert len(packed) <= 64
    assert is_unsigned(packed)
    text = packed.hex(":").encode()
    assert any(
        layers[-2:] == ("br", "br") for layers in seen(played(untyped, text, findings=some_findings(value=note)))
    )
    other = brotli.compress(noise(len(once)), quality=5)
    assert not any(map(is_unsigned, (packed[:-1], packed + b"more", other)))


def test_short_brotli_of_text_that_switches_to_its_charset_is_known() -> None:
    """With escapes (ISO 2022); other control codes are in no text."""
    text = "секретный пароль".encode("iso2022-jp")
    packed = brotli.compress(text, quality=5)
    assert len(packed) <= 64
    assert is_unsigned(packed)
    findings = some_findings(value="секретный пароль".encode())
    assert any("br" in layers for layers in seen(played(untyped, base64.b32encode(packed).lower(), findings=findings)))
    other = brotli.compress(text.replace(b"\x1b", b"\x02"), quality=5)
    assert not any(map(is_unsigned, (packed[:-1], packed + b"more", other)))


def test_short_noise_is_hardly_ever_whole_brotli() -> None:
    # Of random bytes without a signature, one in a thousand is taken for something.
    assert sum(is_unsigned(noise(16 + seed % 48, seed)) for seed in range(5000)) < 8


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("a.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def cut_and_damaged(data: bytes) -> list[bytes]:
    lengths = [length for length in (12, 16, 40, 64, 65, 90, 200, 256) if length < len(data)]
    behind = (b"more", b'"', b"'); x", b"\0", bytes(3), bytes(5))
    return [
        data,
        *(data[:length] for length in lengths),
        *(data + each for each in behind),
        data[:20] + b"\xff" + data[21:],
    ]


def in_chunks(data: bytes) -> bytes:
    packed = brotli.Compressor(quality=0)
    return bytes(packed.process(data[:9]) + packed.flush() + packed.process(data[9:]) + packed.finish())


@pytest.mark.skipif(core() is None, reason="there is no compiled part")
def test_the_compiled_part_rules_out_nothing_that_python_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [TEXT, LONG, TEXT.decode().encode("utf-16-le"), tarred(TEXT)[:1024], gzip.compress(TEXT), b'{"a":1}' * 9]
    packings = [raw, flushed, in_chunks, brotli.compress, lz4.block.compress, cramjam.snappy.compress_raw]
    packed = [bytes(pack(content)) for pack in packings for content in contents]
    packed += [raw(content, strategy=zlib.Z_FIXED) for content in contents] + [data for data, _ in PACKED.values()]
    packed += [lz_string(content.decode("utf-8", "replace")) for content in (*contents, LONG + "äöü€😀".encode())]
    packed += [b"1234" + gzip.compress(TEXT), b"1234" + tarred(TEXT)]
    packed += [brotli.compress(noise(300) + content) for content in contents]
    short = [lz4.block.compress(b"%d" % 10**35), "секретный пароль".encode("iso2022-jp")]
    packed += [brotli.compress(content, quality=quality) for content in short for quality in (1, 5, 9)]
    heads = [head for each in packed for head in cut_and_damaged(each)]
    compiled = [is_unsigned(head) for head in heads]
    monkeypatch.setattr("overheard_capture.decoders.unsigned_heads.core", lambda: None)
    assert compiled == [is_unsigned(head) for head in heads]
    assert 2 * sum(compiled) > len(heads)


@pytest.mark.skipif(core() is None, reason="there is no compiled part")
def test_the_compiled_part_rules_out_no_offset_at_which_content_begins() -> None:
    for content in (raw(TEXT), brotli.compress(TEXT), gzip.compress(TEXT), tarred(TEXT)[:512]):
        for at in range(8):
            assert at in offsets_of_contents(noise(at) + content, range(8))
            assert [*offsets_of_contents(noise(at) + content, (at,))] == [at]
    assert 0 in offsets_of_contents(TEXT.decode().encode("utf-16-le"), range(8))


@pytest.mark.skipif(core() is None, reason="there is no compiled part")
def test_the_compiled_part_rules_out_most_offsets_of_hellos() -> None:
    hellos = [b"\3\3" + noise(32, seed) + b"\x20" + noise(40, seed + 1) for seed in range(100)]
    shares = [bytes.fromhex("0024001d0020") + noise(32, seed) for seed in range(100)]
    found = [len(offsets_of_contents(value, range(8))) for value in hellos + shares]
    assert sum(found) < len(found) / 2


@pytest.mark.skipif(core() is None, reason="there is no compiled part")
def test_the_compiled_part_rules_out_most_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_capture.decoders.unsigned_formats.format_of", lambda *_, **__: "something")
    assert sum(is_unsigned(noise(256, seed)) for seed in range(2000)) < 300


def test_noise_is_no_brotli() -> None:
    assert not any(is_unsigned(noise(length)) for length in range(65, 600))


@pytest.mark.parametrize("text", [TEXT.decode(), "state: äöü€ " + LONG.decode(), '{"a":1}' * 300 + VALUE.decode()])
def test_lz_string_in_base64_is_read(text: str) -> None:
    for written in (base64.b64encode(lz_string(text)), b'{"s": "' + base64.b64encode(lz_string(text)) + b'"}'):
        findings = played(untyped, written)
        assert ("base64", "lz-string") in seen(findings)
        assert not findings.unread
        assert outcome(played(untyped, written, range(0, len(written), 11))) == outcome(findings)
    assert not played(untyped, base64.b64encode(lz_string(text.swapcase()))).sightings
