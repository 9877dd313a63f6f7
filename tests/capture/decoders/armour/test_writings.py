"""Line ends that are escaped in any way, and lines that are indented or behind a prefix, in a string."""

from __future__ import annotations

import base64
import json
import lzma
import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, outcome, played, seen
from overheard_capture.decoders.armour.escapes import _begins
from overheard_capture.decoders.armour.writings import _ENTITIES_IN_BYTES
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

# Some lines of base64.
TEXT = b"".join(b"%d %d, " % (number, number * number) for number in range(40)) + VALUE
PACKED = lzma.compress(TEXT)


def ldif(data: bytes) -> bytes:
    """RFC 2849: a value in base64, in lines of 76 characters."""
    value = b"description:: " + base64.b64encode(data)
    rows = [value[:76], *(value[at : at + 75] for at in range(76, len(value), 75))]
    return b"dn: cn=alice\ncn: alice\n" + b"\n ".join(rows) + b"\n"


def mime(data: bytes) -> bytes:
    return b"see:\n" + base64.encodebytes(data) + b"\nbye\n"


def behind(prefix: bytes, text: bytes) -> bytes:
    return re.sub(rb"^", prefix.replace(b"\\", b"\\\\"), text, flags=re.MULTILINE)


def in_a_string(text: bytes, end: bytes) -> bytes:
    return json.dumps({"id": 1, "text": text.decode()}).encode().replace(b"\\n", end) + b"\n"


def in_yaml(text: bytes) -> bytes:
    return b"data:\n  note: |\n" + textwrap.indent(text.decode(), "    ").encode() + b"  other: none\n"


IN_LINES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": bytes,
    "YAML": in_yaml,
    "tabs": lambda text: behind(b"\t\t", text),
    "a quotation": lambda text: behind(b"> ", text),
    "a diff": lambda text: behind(b"+", text),
    "events": lambda text: behind(b"data: ", text),
}
LINE_ENDS = [b"\\n", b"\\u000a", b"\\x0A", b"\\u000d\\u000a"]


def has_packed(text: bytes) -> bool:
    return any("xz" in layers for layers in seen(played(untyped, text)))


@for_each(write=[ldif, mime], lines=IN_LINES, end=LINE_ENDS)
def test_folded_base64_is_read_in_a_string(write: Callable[[bytes], bytes], lines: str, end: bytes) -> None:
    assert has_packed(in_a_string(IN_LINES[lines](write(PACKED)), end))


@for_each(write=[ldif, mime], end=LINE_ENDS, outer=list(IN_LINES)[1:])
def test_the_string_may_be_in_other_lines(write: Callable[[bytes], bytes], end: bytes, outer: str) -> None:
    assert has_packed(IN_LINES[outer](in_a_string(write(PACKED), end)))


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("lines", IN_LINES)
def test_it_does_not_matter_how_it_is_cut(lines: str, end: bytes) -> None:
    text = json.dumps({"text": IN_LINES[lines](ldif(PACKED)).decode()}).encode().replace(b"\\n", end)
    findings = played(untyped, text)
    for size in (1, 7, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


LOOK_ALIKES = {
    "another value": in_a_string(in_yaml(ldif(lzma.compress(TEXT.swapcase()))), b"\\u000a").decode(),
    "paths": "C:\\u000a\\\\x0a\\\\temp\\\\data " * 50,
    "a table of codes": json.dumps([f"\\u000{digit:x} =\\x0{digit:x}" for digit in range(16)] * 9),
    "a program": json.dumps("if (a) {\n\t\treturn b;\n\t\t+ c\n  \t> d\n}\n" * 50).replace("\\n", "\\u000a"),
    "a long name before its tabs": json.dumps("aVeryLongNameOfAFunctionOfJava42\n\t\tabcd\n" * 50),
}


@for_each(name=LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name].encode())
    assert not findings.sightings
    assert not findings.unread


@for_each(form=["\\x{:02x}", "\\{:03o}"], text=["It is ", "So it is ", "They say it is ", "They say that it is "])
def test_a_word_behind_a_single_escape_is_read(form: str, text: str) -> None:
    """As in a message of CBOR in JavaScript: only its first byte, and what is behind the word, need escapes."""
    for value in (VALUE, VALUE.swapcase()):
        word = base64.b32encode((text + value.decode()).encode("utf-16")).rstrip(b"=").lower().decode()
        assert chr(len(word)).isalnum()
        message = f"note = '{form.format(0xA3)}duserealicednotex{chr(len(word))}{word}dsize{form.format(0x11)}';\n"
        findings = played(untyped, message.encode())
        assert bool(findings.sightings) == (value == VALUE)
        assert outcome(played(untyped, message.encode(), range(0, len(message), 7))) == outcome(findings)


@pytest.mark.parametrize("between", [b"", b"=B8L=\n=A5"])
def test_bytes_begin_at_their_tag_though_entities_are_before_the_first_code(between: bytes) -> None:
    """In quoted-printable, of something compressed: it is read as a whole or not at all."""
    held = b"=1B/=E0&gt;E:=E7&lt;=E0@n" + between + b"=03=11=F4&amp;=02"
    for before in (b"<body>", b"<b id='", b'<body xml:lang="en">'):
        text = before + held + b"</body>"
        assert _begins(_ENTITIES_IN_BYTES, text, 0, [text.index(b"=03=")], fresh=True) == len(before)
    # Without a tag, nobody knows.
    assert _begins(_ENTITIES_IN_BYTES, held, 0, [held.index(b"=03=")], fresh=True) > 0
    assert _begins(_ENTITIES_IN_BYTES, held.replace(b"=03=", b"=43="), 0, [held.index(b"=03=")], fresh=True) < 0
