"""Compressed streams in place of ciphertext are noticed in and over records; ciphertext is never taken for one."""

from __future__ import annotations

import json
import random

import pytest

from capture.played import VALUE, some_findings
from capture.protocols.tls.compressions import COMPRESSED
from capture.protocols.tls.conversations import agreed
from capture.talk import HELLOS, record, replay
from overheard_capture.native import core
from overheard_capture.protocols.tls.compressed import is_compressed
from overheard_capture.protocols.tls.compressed_streams import TOO_MANY, CompressedStreams
from overheard_capture.provenance.origin import Origin
from rows import for_each

RANDOM = random.Random(5)  # noqa: S311 - the same in each run
WORDS = ["squirrel", "acorn", "Oak", "tail", "winter", "hide", "42", "nest", "fluffy", "drey", "Bark", "moss"]
LETTERS = [{"id": number, "note": " ".join(RANDOM.choices(WORDS, k=9))} for number in range(30)]
TEXT = json.dumps(LETTERS).encode()
SHORT = b"note: the acorn is below the oak, and " + VALUE


@pytest.fixture(params=["compiled", "plain Python"])
def _each(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "plain Python":
        monkeypatch.setattr("overheard_capture.protocols.tls.compressed_streams.core", lambda: None)
    elif core() is None:
        pytest.skip("there is no compiled part")


def noise(count: int, size: int) -> list[bytes]:
    return [RANDOM.randbytes(size) for _ in range(count)]


def protected(records: list[bytes], *, suite: int = 0) -> bool:
    """Whether a client's records are taken for ciphertext, of TLS 1.3 or of a suite of TLS 1.2."""
    sent = b"".join(record(23, each) for each in records)
    opening = agreed(suite) if suite else [HELLOS[0], (HELLOS[1][0], HELLOS[1][1])]
    return replay([*opening, (">", sent)]).protected


def reports(records: list[bytes]) -> int:
    found: list[None] = []
    streams = CompressedStreams(some_findings(), (), lambda: found.append(None))
    for each in records:
        streams.add(each)
    streams.close()
    return len(found)


@pytest.mark.usefixtures("_each")
@for_each(how=COMPRESSED)
def test_a_stream_is_noticed_in_a_record_and_over_records(how: str) -> None:
    stream = COMPRESSED[how](TEXT)
    assert is_compressed(stream)
    for records in (
        [stream],
        [stream + RANDOM.randbytes(16)],
        [RANDOM.randbytes(8) + stream],
        [len(stream).to_bytes(4, "big") + stream],
        [stream[at : at + 40] for at in range(0, len(stream), 40)],
        [stream[at : at + 30] + RANDOM.randbytes(16) for at in range(0, len(stream), 30)],
    ):
        assert reports([*noise(9, 50), *records, *noise(9, 50)])


# The first 64 records are looked at more closely.
@for_each(before=[0, 70], how=[each for each in COMPRESSED if each != "LZMA"])
def test_a_stream_is_noticed_among_records_of_tls(how: str, before: int) -> None:
    stream = COMPRESSED[how](TEXT)
    cut = [stream[at : at + 60] for at in range(0, len(stream), 60)]
    for records in ([stream], cut):
        assert not protected([*noise(before, 60), *records, *noise(30, 60)])
    behind_nonces = [RANDOM.randbytes(8) + part for part in cut]
    assert not protected([*noise(before, 60), *behind_nonces, *noise(30, 60)], suite=0xC02F)


def test_what_is_too_short_to_be_certain_is_decompressed_and_searched() -> None:
    for how in ("deflate", "deflate of a WebSocket", "brotli"):
        findings = some_findings()
        streams = CompressedStreams(findings, (), lambda: None)
        body = COMPRESSED[how](SHORT)
        streams.add(body, Origin.of_frame(3, 60, len(body)))
        streams.close()
        assert findings.sightings[0].place.frame == 3


@pytest.mark.usefixtures("_each")
def test_ciphertext_is_no_stream() -> None:
    for size in (17, 24, 40, 100, 300, 1400):
        assert not reports(noise(150, size))


@pytest.mark.slow
def test_ciphertext_is_no_stream_in_many_records() -> None:
    """Of 300 million records of these sizes none may be taken for a stream; here fewer are tried."""
    for size in (17, 30, 80, 300):
        assert not reports(noise(4000, size))
        assert protected(noise(4000, size))


def test_more_records_than_may_be_tried_are_a_reason() -> None:
    short = COMPRESSED["deflate"](b"the acorn is below the oak")
    for count, expected in ((4, []), (3000, [TOO_MANY])):
        findings = some_findings()
        streams = CompressedStreams(findings, (), lambda: None)
        for _ in range(count):
            streams.add(short)
        streams.close()
        assert [each.what for each in findings.unread] == expected
