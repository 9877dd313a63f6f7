"""Dumps by real programs, diffs, quotations and folded lines: what they hold is unwrapped."""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.decoders.armour.lined import patch
from capture.played import VALUE, origin_of, outcome, played, seen, some_findings
from capture.wrapped import noise
from overheard.words.options import Limits
from overheard_capture.content.findings import Reason
from overheard_capture.content.opaque_values import CONTENT_VALUE, LARGE_VALUE
from overheard_capture.decoders import line_blocks
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"the words are " + VALUE + b", and so on"
PACKED = gzip.compress(noise(120) + TEXT, mtime=0)
MIME = base64.encodebytes(PACKED)
# Long lines of letters would begin a block themselves.
CARD = b"BEGIN:VCARD\nFN:Alice\nNOTE:see: Fluf\n fy tai\n l 4711\\, that is it\nEND:VCARD\n"


def uuencoded(data: bytes) -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 note\n" + b"".join(lines) + b"`\nend\n"


UUENCODED = uuencoded(PACKED)


def prefixed(prefix: bytes, text: bytes) -> bytes:
    return b"".join(prefix + line for line in text.splitlines(keepends=True))


def folded(first: bytes, text: bytes, end: bytes = b"\n") -> bytes:
    line = first + text
    return line[:76] + b"".join(end + b" " + line[at : at + 75] for at in range(76, len(line), 75)) + end


DUMPS = {
    "xxd": ["xxd"],
    "xxd in bytes": ["xxd", "-g", "1", "-c", "20"],
    "hexdump": ["hexdump", "-C"],
    "od": ["od", "-A", "x", "-t", "x1z"],
}


@pytest.mark.parametrize("name", DUMPS)
@pytest.mark.parametrize("data", [TEXT, PACKED], ids=["text", "gzip"])
def test_the_dump_of_a_program_is_read(name: str, data: bytes) -> None:
    if not shutil.which(DUMPS[name][0]):
        pytest.skip(f"{DUMPS[name][0]} is not installed")
    dump = subprocess.run(DUMPS[name], input=data, capture_output=True, check=True).stdout
    for text in (dump, b"It was:\n" + dump + b"\nand that is all", prefixed(b"> ", dump)):
        findings = played(untyped, text)
        assert [layers for layers in seen(findings) if "hex dump" in layers], text
        assert not findings.unread


BLOCKS: dict[str, bytes] = {
    "base64 in a diff": b"--- a/note\n+++ b/note\n@@ -1 +1,9 @@\n-none\n" + prefixed(b"+", MIME),
    "base64 in a quotation": b"Bob wrote:\n\n" + prefixed(b"> > ", MIME) + b"\nI agree.\n",
    "uuencode in a quotation": b"Bob wrote:\n" + prefixed(b"> ", UUENCODED) + b"\nI agree.\n",
    "uuencode in comments": prefixed(b"# ", UUENCODED),
    "base64 in events": b"event: note\n" + prefixed(b"data: ", MIME) + b"\n",
    "a patch in a diff in events": b"event: note\n" + prefixed(b"data: ", prefixed(b"+", patch(TEXT))) + b"\n",
    "uuencode in a cell in events": b"event: note\n"
    + prefixed(b"data: ", b'id\tnote\n1\t"%b"\n' % uuencoded(TEXT.decode().encode("utf-16-le"))),
    "uuencode in events in a diff": b"@@ -0,0 +1,9 @@\n" + prefixed(b"+", prefixed(b"data: ", UUENCODED)),
    "a vCard in a diff": b"--- a/note\n+++ b/note\n@@ -1 +1,9 @@\n-none\n" + prefixed(b"+", CARD),
    "a vCard in a quotation in comments": prefixed(b"# ", prefixed(b"> ", CARD)),
    "base64 in LDIF": b"dn: cn=alice\n" + folded(b"description:: ", base64.b64encode(PACKED)) + b"cn: alice\n",
    "deflate in LDIF": folded(b"note:: ", base64.b64encode(zlib.compress(noise(200).hex().encode() + TEXT)[2:-4])),
    "base64 in a quotation in YAML": b"note: |\n" + prefixed(b"    ", prefixed(b"> ", MIME)) + b"other: none\n",
    "uuencode in a diff in a list": b" - |\n" + prefixed(b"\t", b"@@ -0,0 +1,9 @@\n" + prefixed(b"+", UUENCODED)),
    "uuencode in events in YAML": prefixed(b"  ", b"event: note\n" + prefixed(b"data: ", UUENCODED)),
    "base64 in iCalendar": folded(b"ATTACH;ENCODING=BASE64:", base64.b64encode(PACKED), b"\r\n"),
}


def test_a_secret_that_is_folded_within_a_quotation_is_seen() -> None:
    value = b"correct-horse-battery-staple-4711"
    text = prefixed(b"> ", b"BEGIN:VCARD\nNOTE:a-long-word-before-" + value[:12] + b"\n " + value[12:] + b"\n")
    findings = played(untyped, text, findings=some_findings(value=value))
    assert [layers for layers in seen(findings) if "prefixed lines" in layers]


@for_each(name=BLOCKS)
def test_what_is_encoded_in_a_block_is_read_however_it_is_cut(name: str) -> None:
    findings = played(untyped, BLOCKS[name])
    assert [layers for layers in seen(findings) if layers[:1] in {("prefixed lines",), ("folded lines",)}]
    assert not findings.unread
    for size in (1, 7, 64, 1000):
        cuts = range(0, len(BLOCKS[name]), size)
        assert outcome(played(untyped, BLOCKS[name], cuts)) == outcome(findings), size


LOOK_ALIKES: dict[str, Callable[[], bytes]] = {
    "a table of numbers": lambda: b"".join(b"%08d %d %d\n" % (n, n * 3, n * 7) for n in range(50)),
    "a list": lambda: prefixed(b"* ", b"an item\nanother-item-with-a-very-long-name\nthe last\n" * 9),
    "comments": lambda: prefixed(b"# ", b"see https://example.test/a/long/path/to/something\nand more\n" * 9),
    "comments in a program": lambda: b"/*\n" + prefixed(b" * ", UUENCODED[:60] + VALUE + b"\n") + b" */\nint a;\n",
    "a list in YAML": lambda: b"a:\n" + prefixed(b"    # ", b"https://example.test/a/long/path/to/something\n" * 9),
    "a program": lambda: b"def a(b: int) -> int:\n    return b + 1\n\n" * 40,
    "tabs": lambda: b"a_very_long_name_of_something:\n\tanother_very_long_name_of_it\n" * 40,
    "a diff of a diff": lambda: prefixed(b"+", b"@@ -1,4 +1,4 @@\n" + prefixed(b"+", b"some words, and more\n" * 9)),
    "a heading": lambda: prefixed(b"# ", b"BEGIN:VERY important\n\n + an item\n + another\n" * 9),
    "a secret that is quoted": lambda: prefixed(b"> ", b"it-is-a-long-word-before-the-secret\n" + VALUE + b"\n"),
    "long lines": lambda: b"> " + b"x" * 5000 + b"\n> " + b"y" * 5000 + b"\n 0000: 00\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_a_block_adds_nothing(name: str) -> None:
    text = LOOK_ALIKES[name]()
    findings = played(untyped, text)
    assert seen(findings) <= {()}
    assert not findings.unread
    assert outcome(played(untyped, text, range(0, len(text), 5))) == outcome(findings)


def test_a_gap_ends_a_block() -> None:
    text = BLOCKS["base64 in LDIF"]
    findings = played(untyped, re.sub(rb"\n ", b"\n?", text))
    assert not findings.sightings


def rows(data: bytes) -> bytes:
    return subprocess.run(["xxd"], input=data, capture_output=True, check=True).stdout


@for_each(size=[1, 11, 1000], before=[b"<p>", b'1,"', b"<13>Jan  1 00:00:00 host app: ", b"note = "])
def test_the_first_row_of_a_dump_may_stand_within_a_line(before: bytes, size: int) -> None:
    text = b"first\n" + before + rows(b"They say that " + VALUE + b" is it.") + b"</p>\n"
    findings = played(untyped, text, range(0, len(text), size))
    assert ("hex dump",) in seen(findings)
    assert not findings.unread


@for_each(prefix=[b"data: ", b"> ", b"+", b"# "], size=[1, 11, 1000])
def test_the_first_row_of_a_dump_may_stand_within_a_line_behind_a_prefix(prefix: bytes, size: int) -> None:
    dump = prefixed(prefix, b"INSERT INTO notes VALUES (7, '" + rows(b"They say " + VALUE + b" is it.") + b"');\n")
    for text in (dump, b"first\n" + dump, prefix + b"first\n" + dump):
        findings = played(untyped, text, range(0, len(text), size))
        assert ("prefixed lines", "hex dump") in seen(findings)
        assert outcome(played(untyped, text)) == outcome(findings)


def test_a_dump_of_digits_in_hexadecimal_is_read() -> None:
    """The printable characters at the end of its rows look like bytes, too."""
    assert seen(played(untyped, rows((b"They say that " + VALUE).hex(" ").encode()))) >= {("hex dump", "hexadecimal")}


def test_base64_may_be_folded_in_an_indented_block() -> None:
    text = folded(b"note:: ", base64.b64encode(gzip.compress(noise(200) + TEXT, mtime=0)))
    findings = played(untyped, b"data: |\n" + prefixed(b"    ", text))
    assert [layers for layers in seen(findings) if "gzip" in layers]


LINES = [
    b"> ",
    b"#",
    b"data: ",
    b"/",
    b"//",
    b"+",
    b"  ",
    b"  > ",
    b"\t# ",
    b" * ",
    b"\t",
    b"0000010 ",
    b"0x0010: ",
    b" beef 1234",
    b"12",
    b"\r",
    b"\0",
]


@given(st.lists(st.sampled_from([*LINES, b"\n", b"\n", b"Zm" * 12, b"="]), max_size=24), st.integers(0, 80))
def test_without_the_compiled_part_a_block_begins_at_the_same_line(parts: list[bytes], cut: int) -> None:
    text = b"".join(parts)

    def found() -> object:
        return outcome(played(untyped, text, [cut]))

    compiled = found()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line_blocks, "core", lambda: None)
        assert found() == compiled


def test_folded_base64_may_go_on_with_a_plus_sign() -> None:
    """Which is a prefix elsewhere, such as in a diff."""
    values = (base64.b64encode(gzip.compress(noise(120, seed) + TEXT, mtime=0)) for seed in range(300))
    texts = [folded(b"note:: ", value) for value in values if value[69:70] == b"+"]
    assert texts
    for text in texts:
        assert any("gzip" in layers for layers in seen(played(untyped, text)))


RECORDS = b"".join(struct.pack("<IHHI", n, 3, 200, n * 7) for n in range(20))


@for_each(size=[1, 17, 5000], prefix=[b"", b"<p>"], data=[RECORDS, noise(600)])
def test_a_dump_that_nobody_can_read_is_a_reason(size: int, prefix: bytes, data: bytes) -> None:
    """As it is in hexadecimal: records of a program, say, or a value that is no hash. A prefix is in no dump."""
    text = prefix + rows(data) + b"\nand that is all\n"
    unread = {each.what for each in played(untyped, text, range(0, len(text), size)).unread}
    assert unread == {LARGE_VALUE if len(data) > len(RECORDS) else CONTENT_VALUE}


@for_each(
    text=[
        rows(noise(100)),
        b"".join(b"%08d: %04d %04d %04d\n" % (n, n, 3, 200) for n in range(90)),
    ]
)
def test_a_dump_of_a_hash_and_a_table_are_no_reason(text: bytes) -> None:
    """The addresses of a table do not say how long its rows are."""
    assert not played(untyped, text).unread


def test_a_dump_beyond_the_depth_limit_is_a_reason() -> None:
    row = b"6c66 6675 7966 7420 6961 206c 3734 3131"
    dump = b"0000000 %b\n0000010 %b\n0000020\n" % (row, row)
    findings = played(untyped, dump, findings=some_findings(Limits(depth=0)))
    assert {each.why for each in findings.unread} == {Reason.LIMIT}


@pytest.mark.parametrize(
    "block", [b"> begin 644 x\n> #0V%T\n", b"+%b\n+QUI=\n" % (b"QUJD" * 8), b"0000000 6c66 6675\n0000010 7966\n"]
)
def test_a_block_of_a_short_text_may_begin_with_its_first_line(block: bytes) -> None:
    assert line_blocks.begins_or_has_block(block)
    assert line_blocks.begins_or_has_block(b"Host: example.org\r\n" + block)


@pytest.mark.parametrize("compiled", [True, False])
def test_words_that_begin_are_no_mark_of_uuencode(monkeypatch: pytest.MonkeyPatch, *, compiled: bool) -> None:
    if not compiled:
        monkeypatch.setattr(line_blocks, "core", lambda: None)
    for cell in (b"begin 6 at", b"beginning 644", b"to egin 644", b"we begin at 644", b"begin 644 a"):
        text = b"hello\n> 1\t" + cell + b"\n> 2\tno\n"
        finder = line_blocks.LineBlockFinder(some_findings(), (), untyped)
        finder.feed(text, origin_of(len(text)))
        assert (finder._block is not None) == (cell == b"begin 644 a")  # noqa: SLF001


def test_a_head_of_a_message_has_no_block() -> None:
    assert not line_blocks.begins_or_has_block(b"GET / HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n")
