"""Parts of a run that may be all of it."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import cramjam

from capture.played import VALUE, origin_of, outcome, played
from capture.wrapped import noise
from overheard_capture.decoders.base64.parts import parts_of
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"Dear all,\n\nplease note that the new value is now " + VALUE + b" and nothing else.\n\nRegards\n"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "deflate": lambda data: zlib.compress(data)[2:-4],
    "brotli": brotli.compress,
    "snappy": lambda data: bytes(cramjam.snappy.compress_raw(data)),
}


def settings(value: bytes, end: bytes, indent: bytes) -> bytes:
    lines = [b"[database]", b"host = db.example.org", b"password = " + value, b"port = 5432", b""]
    return end.join(lines[:1] + [indent + line for line in lines[1:]])


@for_each(
    packed=PACKED,
    encode=[base64.b64encode, base64.urlsafe_b64encode],
    charset=["utf-8", "cp037", "utf-16-le"],
    end=[b"\n", b"\r\n", b"\\u000a"],
    indent=[b"", b"  "],
)
def test_the_name_of_the_next_setting_is_no_line_of_the_run(
    packed: str, encode: Callable[[bytes], bytes], charset: str, end: bytes, indent: bytes
) -> None:
    """What has no signature is known by its end."""
    value = encode(PACKED[packed](TEXT.decode().encode(charset))).rstrip(b"=")
    text = settings(value, end, indent)
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@for_each(value=[TEXT.swapcase(), noise(90), noise(91)], end=[b"\n", b"\\n"])
def test_other_settings_are_silent(value: bytes, end: bytes) -> None:
    findings = played(untyped, settings(base64.b64encode(value).rstrip(b"="), end, b""))
    assert not findings.sightings
    assert not findings.unread


def test_parts_are_segments_of_a_path_or_compressed_data_before_a_word() -> None:
    packed = base64.b64encode(PACKED["deflate"](TEXT)).rstrip(b"=").replace(b"/", b"_").replace(b"+", b"-")
    token = b"Ab1" * 9
    for raw, parts in (
        (packed + b"\nport", [packed]),
        (packed, []),
        (token + b"\nport", []),
        (token + b"/" + token[1:], [token, token[1:]]),
    ):
        assert [part for part, _ in parts_of(raw, origin_of(len(raw)))] == parts
