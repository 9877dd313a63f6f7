"""Images, fonts, audio and video: metadata is read, samples are counted, and nothing else hides in them."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from capture.media_files import FILES, UNCOMPRESSED
from capture.played import VALUE, outcome, played
from capture.wrapped import noise
from overheard_capture.content.opaque_values import LARGE_VALUE, MEDIA
from overheard_capture.decoders.untyped import untyped
from rows import for_each

SAMPLES = noise(3000, 11)
COMMENT = b"made with care, " + base64.b64encode(gzip.compress(VALUE))
# Text of different words, under XOR.
XORED = bytes(byte ^ 0x5A for byte in base64.b32encode(noise(3000, 12)))


@pytest.mark.slow
@for_each(name=FILES)
def test_metadata_is_read_and_samples_are_counted(name: str) -> None:
    file = FILES[name](COMMENT, SAMPLES, b"")
    findings = played(untyped, file)
    assert any("gzip" in found.layers for found in findings.sightings)
    assert not findings.unread
    (size,) = findings.values[MEDIA].values()
    assert 0 <= size - len(SAMPLES) < 1200
    for step in (1, 100):
        assert outcome(played(untyped, file, range(0, len(file), step))) == outcome(findings)


@for_each(name=FILES)
def test_in_base64_they_are_no_opaque_value(name: str) -> None:
    text = json.dumps({"src": "data:image/x;base64," + base64.b64encode(FILES[name](b"hello", SAMPLES, b"")).decode()})
    findings = played(untyped, text.encode())
    assert not findings.unread
    assert list(findings.values) == [MEDIA]


@pytest.mark.parametrize("name", FILES)
def test_what_is_behind_the_end_is_read(name: str) -> None:
    if name == "FLAC":
        pytest.skip("its last frame has no end")
    file = FILES[name](b"hello", SAMPLES, b"")
    assert played(untyped, file + gzip.compress(VALUE)).sightings
    assert played(untyped, file + noise(100)).unread
    assert not played(untyped, file + bytes(4)).unread


@for_each(name=FILES)
def test_a_part_of_unknown_type_must_be_readable(name: str) -> None:
    assert played(untyped, FILES[name](b"hello", SAMPLES, noise(100))).unread
    findings = played(untyped, FILES[name](b"hello", SAMPLES, gzip.compress(VALUE)))
    assert findings.sightings
    assert not findings.unread


@for_each(name=FILES)
def test_text_in_samples_is_read(name: str) -> None:
    file = FILES[name](b"hello", SAMPLES[:1000] + b" see: " + COMMENT + b"\0" + SAMPLES[:1000], b"")
    findings = played(untyped, file)
    assert any("gzip" in found.layers for found in findings.sightings)
    hidden = FILES[name](b"hello", SAMPLES[:1000] + b" see: " + base64.b64encode(noise(700)) + SAMPLES[:99], b"")
    if name not in UNCOMPRESSED:
        assert {each.what for each in played(untyped, hidden).unread} == {LARGE_VALUE}


@for_each(name=FILES)
def test_samples_that_should_be_compressed_look_so(name: str) -> None:
    is_reason = bool(played(untyped, FILES[name](b"hello", XORED, b"")).unread)
    assert is_reason == (name not in UNCOMPRESSED)
    # A plain picture, or silence.
    assert not played(untyped, FILES[name](b"hello", b"\x28\xa2\x8a" * 2000, b"")).unread


@for_each(name=FILES)
def test_a_file_that_ends_early_is_read_so_far(name: str) -> None:
    file = FILES[name](b"hello", SAMPLES, b"")
    for length in (*range(300), len(file) - 1000):
        played(untyped, file[:length])
    for at in range(0, 200, 3):
        played(untyped, file[:at] + b"\xff\xff\xff\xff" + file[at + 4 :])


def test_the_same_image_is_counted_once() -> None:
    image = base64.b64encode(FILES["GIF"](b"hello", SAMPLES, b""))
    assert played(untyped, b'<img src="data:,%b"/>' % image * 3).values.amounts[MEDIA].number == 1
