"""Hexadecimal and base32 in text, as layers."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import textwrap
import time
import urllib.parse
import zlib
from array import array
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import OFFSET, VALUE, outcome, played, seen, sightings, some_findings
from capture.wrapped import noise
from overheard_capture.content.opaque_values import LARGE_VALUE
from overheard_capture.decoders.armour.codings import CODINGS
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import PackedSpans
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

TEXT = b"this is " + VALUE + b", more or less"
# Longer than anything that is kept, or decoded, at a time, when it is written.
PIECE = 64 << 10
LONG = noise(50_000)


def hexed(data: bytes, between: str = "", prefix: str = "", width: int = 0) -> bytes:
    pieces = [prefix + f"{byte:02x}" for byte in data]
    lines = [pieces[at : at + width] for at in range(0, len(pieces), width)] if width else [pieces]
    return "\n".join(between.join(line) for line in lines).encode()


def lined(text: bytes, width: int, between: bytes = b"\n") -> bytes:
    return between.join(text[at : at + width] for at in range(0, len(text), width))


HEX: dict[str, Write] = {
    "digits": hexed,
    "capital digits": lambda data: b"0x" + hexed(data).upper() + b")",
    "in a literal of SQL": lambda data: b"VALUES (X'" + hexed(data).upper() + b"')",
    "as PostgreSQL has it": lambda data: b"\\x" + hexed(data),
    "with blanks": lambda data: hexed(data, " "),
    "with colons": lambda data: hexed(data, ":"),
    "in C": lambda data: b"{" + hexed(data, ", ", "0x", 12).replace(b"\n", b",\n  ") + b"}",
    "in Go": lambda data: "[]byte{{{}}}".format(", ".join(map(hex, data))).encode(),
    "in Python": lambda data: b'b"' + hexed(data, "", "\\x") + b'"',
    "percent-encoded": lambda data: b"?data=" + hexed(data, "", "%") + b"&x=1",
    "in lines": lambda data: hexed(data, width=30) + b"\n",
    "in lines in JSON": lambda data: json.dumps({"hex": hexed(data, width=30).decode()}).encode(),
    "in pairs": lambda data: lined(hexed(data), 4, b" "),
    "in a PDF": lambda data: b"<" + lined(hexed(data), 78) + b">",
}
BASE32: dict[str, Write] = {
    "base32": base64.b32encode,
    "without padding": lambda data: b"x=" + base64.b32encode(data).rstrip(b"=") + b";",
    "small letters": lambda data: base64.b32encode(data).lower().rstrip(b"=") + b".example.net",
    "the other alphabet": base64.b32hexencode,
    "the other alphabet, small": lambda data: base64.b32hexencode(data).lower(),
    "in lines": lambda data: lined(base64.b32encode(data), 76) + b"\n",
    "behind a line in JSON": lambda data: b'{"note": "see:\\n' + base64.b32encode(data).lower().rstrip(b"=") + b'"}',
}
_SMALL = re.compile(rb"%..")
PERCENT: dict[str, Write] = {
    "as Python has it": lambda data: b"?a=1&data=" + urllib.parse.quote_from_bytes(data, safe="").encode() + b"&b=2",
    "in a form": lambda data: b"data=" + urllib.parse.quote_plus(data).encode() + b"&b=2",
    "in a literal of SQL": lambda data: b"VALUES ('" + urllib.parse.quote_plus(data).encode() + b"');",
    "twice": lambda data: b"a=" + urllib.parse.quote(urllib.parse.quote(data, safe=""), safe="").encode(),
    "behind lines in JSON": lambda data: (
        b'{"note": "see:\\r\\n\\r\\n' + urllib.parse.quote_from_bytes(data, safe="").encode() + b'"}'
    ),
    "small digits": lambda data: (
        b"/"
        + _SMALL.sub(lambda escape: escape[0].lower(), urllib.parse.quote_from_bytes(data, safe="").encode())
        + b"/x"
    ),
}
DECIMAL: dict[str, Write] = {
    "in JSON": lambda data: json.dumps({"type": "Buffer", "data": list(data)}).encode(),
    "as Java has it": lambda data: str([byte - 256 if byte > 127 else byte for byte in data]).encode(),
    "behind a field without a separator": lambda data: b"\talice" + ", ".join(map(str, data)).encode() + b"\tbob",
    "in lines": lambda data: textwrap.fill(", ".join(map(str, data)), 70).encode(),
    "as Go prints it": lambda data: b"[" + " ".join(map(str, data)).encode() + b"]",
    "as PowerShell prints it": lambda data: "\r\n".join(map(str, data)).encode(),
    "a typed array": lambda data: json.dumps({str(at): byte for at, byte in enumerate(data)}).encode(),
    "a typed array in a string": lambda data: json.dumps(
        {"data": json.dumps({str(at): byte for at, byte in enumerate(data)})}
    ).encode(),
}
ALL = {"hexadecimal": HEX, "base32": BASE32, "percent-encoded": PERCENT, "decimal": DECIMAL}
WRITES = [write for names in ALL.values() for write in names.values()]
CONTENTS = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "zlib": zlib.compress(TEXT),
    "deflate": zlib.compress(TEXT * 3)[2:-4],
    "base64": base64.b64encode(gzip.compress(TEXT, mtime=0)),
    "UTF-16": TEXT.decode().encode("utf-16-le"),
    "UTF-16 with a mark": TEXT.decode().encode("utf-16"),
    "UTF-32": TEXT.decode().encode("utf-32-be"),
    "Cyrillic letters in UTF-16": ("секретный пароль, " + TEXT.decode()).encode("utf-16-le"),
    "Cyrillic letters in UTF-32": ("секретный пароль, " + TEXT.decode()).encode("utf-32-le"),
    "deflate, stored": zlib.compress(TEXT, 0)[2:-4],
    "gzip after its length": len(TEXT).to_bytes(4, "little") + gzip.compress(TEXT, mtime=0),
    "msgpack": b"\x82\xa4user\xa5alice\xa4note\xc5\x00\x2a" + TEXT,
    "DER": b"\x30\x82\x01\x00\x0c\x10" + VALUE.decode().encode("utf-16-be") + noise(9),
}


@for_each(content=CONTENTS, how=[(layer, name) for layer, names in ALL.items() for name in names])
def test_it_is_decoded(content: str, how: tuple[str, str]) -> None:
    layer, name = how
    text = b"see: " + ALL[layer][name](CONTENTS[content]) + b" and more"
    findings = played(untyped, text)
    # base64 that is percent-encoded is base64 with escapes.
    layer = "base64" if (layer, content) == ("percent-encoded", "base64") else layer
    assert any(layer in layers for layers in seen(findings))
    assert not findings.unread


@pytest.mark.parametrize("data", [zlib.compress(VALUE), b"a=" + VALUE[:9].decode().encode("utf-16-be")])
def test_a_few_bytes_that_are_escaped_are_decoded(data: bytes) -> None:
    text = urllib.parse.quote_plus(data).encode()
    assert 24 <= len(text) < 60
    findings = played(untyped, text, findings=some_findings(value=VALUE if data[:1] == b"x" else VALUE[:9]))
    assert seen(findings)
    assert not findings.unread


@for_each(
    data=["пароль: секрет".encode("gb18030"), gzip.compress("секрет".encode(), mtime=0)],
    before=[b"\x1ad", b"\xa4noteA", b"\x0c9", b"\x120", b""],
    size=[1, 7, 1000],
)
def test_digits_behind_a_length_that_looks_like_one_are_decoded(data: bytes, before: bytes, size: int) -> None:
    text = before + data.hex().encode() + b"\x02"
    findings = played(untyped, text, range(0, len(text), size), findings=some_findings(value="секрет".encode()))
    assert {layers[0] for layers in seen(findings)} == {"hexadecimal"}


@pytest.mark.slow
@for_each(write=WRITES, pack=[bytes, partial(gzip.compress, mtime=213)])
def test_long_runs_are_decoded_to_their_end(write: Write, pack: Write) -> None:
    # With this time in its head, a piece of the list for Go ends within a number.
    count = PIECE * 1000 // len(write(LONG[:1000])) + 1000
    text = write(pack(LONG[:count] + VALUE))
    assert PIECE < len(text) < 2 * PIECE
    findings = played(untyped, text)
    assert set(ALL) & set().union(*seen(findings))
    assert pack is bytes or any("gzip" in layers for layers in seen(findings))
    # In a string of JSON, a run is also read from a later line on, and in lines behind what may be the size of a chunk.
    at_once = [found for found in findings.sightings if found.layers[:1] not in (("string escapes",), ("chunked",))]
    assert len({found.position for found in at_once if len(found.layers) == 2}) <= 1
    # Numbers are data as any other.
    assert {each.what for each in findings.unread} == (set() if write in DECIMAL.values() else {LARGE_VALUE})
    # Where it is cut has nothing to do with what is in it, so each of both is cut once.
    size = 20_011 if pack is bytes else 1000
    assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


def test_many_groups_in_one_run_take_time_in_proportion() -> None:
    began = time.process_time()
    assert not played(untyped, b"1a:2b:3c x " * 5500).sightings
    assert time.process_time() - began < 2


@for_each(write=WRITES)
def test_it_does_not_matter_how_it_is_cut(write: Write) -> None:
    text = b"see: " + write(gzip.compress(TEXT, mtime=0)) + b" and more"
    findings = played(untyped, text)
    assert sightings(findings)
    for size in (1, 7, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


LOOK_ALIKES = {
    "hashes": "\n".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(50)),
    "numbers": json.dumps([number * 7919 for number in range(500)]),
    "small numbers": json.dumps([number % 200 for number in range(500)]),
    "small numbers in a table": "\n".join(f"{number}  1 {number * 3 % 256}   0" for number in range(200)),
    "numbers by index": json.dumps({str(number): number * 7 % 256 for number in range(200)}),
    "times": " ".join(f"12:00:{second:02}" for second in range(10, 60)),
    "addresses of IPv4": "\n".join(f"10.0.{number}.17, 192.0.2.{number}" for number in range(200)),
    "dates": " ".join(f"2024-01-{day:02} 12:00:{day:02}" for day in range(10, 30)),
    "words": "INTERNATIONALIZATIONSTANDARDS and antidisestablishmentarianism, a bad cab fed a dead bee\n" * 9,
    "addresses": " ".join(f"00:1b:44:11:3a:{number:02x}" for number in range(50)),
    "hex of gzip, damaged": gzip.compress(TEXT).hex()[:30] + "00" * 30,
    "hex of something else": gzip.compress(b"nothing of the kind" * 9).hex(),
    "words in other letters": urllib.parse.quote("\u0441\u043b\u043e\u0432\u0430 " * 20),
    "a broken escape": "%1f%8b%zz%0" * 9,
    "wrapped text": textwrap.fill("lorem ipsum dolor sit amet " * 40),
}


@for_each(name=LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name].encode())
    assert not findings.sightings
    assert not findings.unread


@pytest.mark.parametrize("content", [json.dumps({"a": VALUE.decode(), "b": "more"}).encode(), CONTENTS["gzip"]])
@pytest.mark.parametrize("write", [base64.b64encode, hexed])
def test_what_is_encoded_among_bytes_in_it_is_decoded(write: Write, content: bytes) -> None:
    """Such as a string in a message of protobuf."""
    text = write(b"\x08\x96\x01\x12\xf0\x9f" + write(content) + b"\xff\x18\1\0")
    findings = played(untyped, text)
    assert any(len(layers) >= 2 for layers in seen(findings)), seen(findings)
    assert not findings.unread
    text = write(b"\x08\x96\x01\x12\xf0\x9f" + content)
    assert seen(played(untyped, text))


def test_a_gap_ends_a_run() -> None:
    text = base64.b16encode(gzip.compress(base64.b64encode(noise(3000)) + VALUE))
    findings = played(untyped, text, gap=(1000, 1100))
    assert not findings.sightings


@pytest.mark.parametrize("begun", [10, 23, 30])
def test_places_remain_where_the_memory_of_a_block_is_reused(begun: int) -> None:
    findings, before = some_findings(), b"some words, and more words\n" * 20
    text, cut = before + hexed(VALUE), len(before) + begun
    words = memoryview(array("I", [0, 7, OFFSET, cut]))
    reader = untyped(findings, ())
    for begins, ends, frame in ((0, cut, 7), (cut, len(text), 8)):
        words[1], words[3] = frame, ends - begins
        reader.feed(text[begins:ends], Origin(PackedSpans(words)))
    reader.close()
    assert [each.place.frames for each in findings.sightings] == [(7, 8)]


BYTES = (b"0x%02x, ", b"%02X ", b"%02x:", b"\\x%02x")


@for_each(form=BYTES, end=[b"\n\n", b"\r\n\r\n"], size=[1, 60, 5000])
def test_the_number_at_the_end_of_a_head_is_none_of_the_bytes_behind_it(form: bytes, end: bytes, size: int) -> None:
    """As in STOMP and SIP. They have no signature, so that they are known from their first byte on alone."""
    packed = zlib.compress(b"it is " + VALUE + base64.b64encode(noise(300)))[2:-4]
    body = b"".join(form % byte for byte in packed)
    text = b"MESSAGE\ncontent-length:%d" % (len(body) // 2 * 2) + end + body
    findings = played(untyped, text, range(0, len(text), size))
    assert ("hexadecimal", "deflate") in seen(findings)
    assert ("hexadecimal", "deflate") not in seen(played(untyped, text.replace(end, b" ")))


@for_each(how=HEX)
def test_hexadecimal_among_bytes_that_are_no_text_is_something_encoded(how: str) -> None:
    assert not has_nothing_encoded(noise(40) + b"\0" + HEX[how](noise(16)) + b"\0" + noise(40))


@pytest.mark.parametrize("text", [noise(40), b"words, and a number: 4711", b"a" * 23, b"x = 5; y = 6"])
def test_short_runs_and_words_are_nothing_encoded(text: bytes) -> None:
    assert has_nothing_encoded(text)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", max_size=60).map(str.encode))
def test_base32_is_decoded_as_the_standard_library_does(chars: bytes) -> None:
    def expected() -> bytes:
        """Of both alphabets, the one that has these digits; without the character that is no byte."""
        of_hex = any(byte in b"0189" for byte in chars)
        whole = chars[: len(chars) - (len(chars) % 8 in (1, 3, 6))]
        decode = base64.b32hexdecode if of_hex else base64.b32decode
        return decode(whole + b"=" * (-len(whole) % 8), casefold=True)

    [coding, *_] = (each for each in CODINGS if each.layer == "base32")
    try:
        out = expected()
    except ValueError:
        with pytest.raises(ValueError, match=r"digit|base|padding|invalid"):
            coding.decode(chars)
    else:
        assert coding.decode(chars) == out
