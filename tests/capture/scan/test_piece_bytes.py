"""Columns of numbers as bytes: a few letters in each of many fields, as they are, under a key, or compressed."""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.frames import dialogue, ethernet, ipv4, rewritten, tcp, udp
from capture.protocols.tls.conversations import agreed
from capture.sealed import of_stream
from capture.talk import noise, record
from overheard import Options, judge
from overheard.words.secret import Secret
from overheard_capture.decoders.compression.formats import DEFLATE
from overheard_capture.native import core
from overheard_capture.packets import SYN, Numbers
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan import piece_bytes
from overheard_capture.scan.piece_bytes import FEW_ROWS, byte_columns
from overheard_capture.scan.piece_numbers import Piece

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = b"kestrel-Vorhang-8817"
TALK = [*agreed(), *(("<", record(23, noise(200, at))) for at in range(12))]
SEALED = of_stream(TALK)
# The seconds of the recording.
CLOCK = struct.pack("<Q", 1_700_000_000)
ADDRESS = bytes.fromhex("02420a000001")


def deflated(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(data) + compressor.flush()


DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "UTF-16": lambda data: data.decode().encode("utf-16-le"),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "deflate": deflated,
    "a key": lambda data: bytes(byte ^ 0x5A for byte in data),
}


def ping(clock: bytes, number: int, ttl: int = 64) -> bytes:
    packet = ipv4(struct.pack(">BBHHH", 8, 0, 0, 7, number) + clock + bytes(range(0x10, 0x38)), 1)
    return ethernet(packet[:8] + bytes([ttl]) + packet[9:])


def query(number: bytes, source: int = 40000) -> bytes:
    message = number + b"\1\0\0\1" + bytes(6) + b"\3www\7example\3com\0\0\1\0\1"
    return ethernet(ipv4(udp(message, source=source, target=53), 17))


def arp(sender: bytes) -> bytes:
    return sender + ADDRESS + ethernet(bytes.fromhex("0001080006040001") + ADDRESS + bytes(14), 0x0806)[12:]


FIELDS: dict[str, tuple[int, Callable[[bytes, int], bytes]]] = {
    "hardware addresses": (5, lambda each, _: ADDRESS + b"\2" + each + query(b"\1\2")[12:]),
    "hardware targets": (5, lambda each, _: b"\2" + each + ADDRESS + query(b"\1\2")[12:]),
    "clocks of pings": (2, lambda each, at: ping(CLOCK + each + bytes([at % 15]) + bytes(5), at)),
    "times to live": (1, lambda each, at: ping(CLOCK + bytes(8), at, each[0])),
    "identifications": (2, lambda each, _: ethernet(ipv4(udp(b""), 17, identification=int.from_bytes(each)))),
    "identifiers of DNS": (2, lambda each, _: query(each)),
    "ports": (2, lambda each, _: query(b"\1\2", int.from_bytes(each))),
    "sequence numbers": (4, lambda each, _: ethernet(ipv4(tcp(sequence=int.from_bytes(each), flags=SYN)))),
    "addresses": (4, lambda each, _: ethernet(ipv4(udp(b""), 17)[:12] + each + ipv4(udp(b""), 17)[16:])),
}


def outcome(folder: Path, frames: list[bytes]) -> str:
    options = Options(vouched={"whole", "sent"})
    return str(judge(rewritten(folder / "columns.pcapng", frames), {"secret": SECRET}, options).outcome)


@pytest.mark.parametrize("field", FIELDS)
def test_a_secret_in_the_numbers_of_many_packets_is_overheard_in_any_disguise(field: str, tmp_path: Path) -> None:
    size, make = FIELDS[field]
    for name, disguise in DISGUISES.items():
        data = disguise(SECRET)
        pieces = [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
        frames = [*SEALED, *(make(each, at) for at, each in enumerate(pieces))]
        assert outcome(tmp_path, frames) == "OVERHEARD", name


@pytest.mark.parametrize("field", FIELDS)
def test_other_numbers_say_nothing(field: str, tmp_path: Path) -> None:
    size, make = FIELDS[field]
    frames = [*SEALED, *(make(noise(size, at), at) for at in range(30))]
    options = Options(vouched={"whole", "sent"}, required={"sealed"})
    report = judge(rewritten(tmp_path / "columns.pcapng", frames), {"secret": SECRET}, options)
    reasons = {each.code for each in report.verdicts["secret"].reasons}
    # Many connections are open.
    assert reasons <= {"streams-complete"}


def test_the_sources_of_segments_within_a_connection_are_read(tmp_path: Path) -> None:
    frames = dialogue([*TALK, *((side, record(23, noise(90, at))) for at in range(40) for side in "><")])
    pieces = iter([SECRET[at : at + 5] for at in range(0, len(SECRET), 5)])
    changed = [
        each[:6] + b"\2" + next(pieces, b"other") + each[12:] if at > len(frames) // 2 else each
        for at, each in enumerate(frames)
    ]
    assert outcome(tmp_path, frames) == "PROTECTED"
    assert outcome(tmp_path, changed) == "OVERHEARD"


def columns_of(rows: list[bytes]) -> set[bytes]:
    """What the columns say that are looked at."""
    place = Origin.of_frame(1, 0, 99).place(0, 9)
    pieces = [Piece(place, 1, "hosts", (), Numbers("random values"), each) for each in rows]
    return {b"".join(said) for said in byte_columns(pieces, (Secret("secret", SECRET),))}


def test_the_last_columns_of_long_rows_are_looked_at() -> None:
    rows = [noise(60, at) + SECRET[at : at + 1] for at in range(len(SECRET))]
    assert SECRET in columns_of(rows)
    assert SECRET not in columns_of(rows[::-1])


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("disguise", ["gzip", "zlib", "deflate", "a key"])
def test_the_compiled_part_rules_out_columns_of_noise_alone(
    disguise: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = DISGUISES[disguise](SECRET * 2)
    said = said.ljust(-(-len(said) // width) * width, b"\0")
    rows = [noise(9, at) + said[at : at + width] + noise(9, at + 99) for at in range(0, len(said), width)]
    compiled = columns_of(rows)
    assert said in compiled
    few, others = columns_of(rows[: FEW_ROWS - 1]), columns_of([noise(30, at) for at in range(40)])
    monkeypatch.setattr(piece_bytes, "core", lambda: None)
    every = columns_of(rows)
    assert compiled <= every
    assert few == columns_of(rows[: FEW_ROWS - 1])
    if core():
        assert len(compiled) < len(every) / 2
        assert len(others) < len(columns_of([noise(30, at) for at in range(40)])) / 3


def test_with_and_without_the_compiled_part_the_same_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)  # noqa: S311  (nothing is kept secret with it)
    texts = [b"kestrel", SECRET * 9, "fjord ünïcödé ".encode() * 3, bytes(range(40)), b"\xc3", noise(30), b"a" * 20000]
    rows = []
    for number in range(600):
        level, window = chance.choice((0, 1, 9)), chance.choice((-15, 15, 31))
        strategy = chance.choice((zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED))
        deflate = zlib.compressobj(level, zlib.DEFLATED, window, 8, strategy)
        stream = bytearray(deflate.compress(chance.choice(texts)) + deflate.flush())
        if number % 4 == 0:
            stream[chance.randrange(len(stream))] ^= 1 << chance.randrange(8)
        before = noise(chance.randrange(1, 90), number)
        rows.append((before + stream + noise(20, number), 1 + number % 3))
    compiled = [[*piece_bytes.inflated(*row, 3)] for row in rows]
    monkeypatch.setattr(piece_bytes, "core", lambda: None)
    assert compiled == [[*piece_bytes.inflated(*row, 3)] for row in rows]
    assert 100 < sum(map(len, compiled)) < len(rows)


def test_zeros_are_missing_where_they_are_no_numbers() -> None:
    """Rows of zeros in a header, and the last byte of a stream; of other streams, a byte that is missing shows."""
    text = b"the acorns are under the old oak tree, 4711"
    packed = gzip.compress(text, mtime=0)
    assert packed[3:8] == bytes(5)
    stream = packed[10:-8]
    assert stream.endswith(b"\0")
    for data in (packed[:3] + packed[8:], packed[:4] + packed[8:], stream.rstrip(b"\0")):
        assert {*piece_bytes.inflated(data, 1, 20)} == {(DEFLATE.layer, text)}
    assert not [*piece_bytes.inflated(stream[:-4], 1, 20)]


def test_columns_of_a_stream_without_its_last_zero_are_not_ruled_out() -> None:
    stream = gzip.compress(b"the acorns are under the old oak tree, 4711", mtime=0)[10:-8]
    assert stream.endswith(b"\0")
    said = stream.rstrip(b"\0")
    assert said in columns_of([noise(9, at) + said[at : at + 1] + noise(9, at + 99) for at in range(len(said))])
