"""A few bytes behind packets: padding and checksums are none, and what nobody can read together is a reason."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, ipv6, rewritten, tcp, udp
from capture.talk import noise
from overheard import Options, judge
from overheard_capture.native import core

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"correct horse battery staple"
LINES = [b"line %d of a harmless text\n" % number for number in range(40)]
SEGMENTS = exchange(LINES, [])
# The frames with data: those of the compiled part, if there is one.
FULL = [number for number, frame in enumerate(SEGMENTS) if len(frame) > 60]


@pytest.fixture(params=["compiled", "plain Python"], autouse=True)
def _each_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "plain Python":
        monkeypatch.setattr("overheard_capture.scan.reading.core", lambda: None)
    elif core() is None:
        pytest.skip("there is no compiled part")


def outcome(folder: Path, trailers: list[bytes]) -> str:
    """The outcome if these follow the segments with data."""
    frames = list(SEGMENTS)
    for number, trailer in zip(FULL, trailers, strict=False):
        frames[number] += trailer
    return of_frames(folder, frames)


def of_frames(folder: Path, frames: list[bytes]) -> str:
    file = rewritten(folder / "x.pcapng", frames)
    return str(judge(file, {"secret": SECRET}, Options(vouched={"whole", "sent"})).outcome)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def checked(frame: bytes) -> bytes:
    """A frame with its check sequence."""
    return frame + struct.pack("<I", zlib.crc32(frame))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8])
def test_a_few_bytes_behind_each_segment_are_joined(size: int, tmp_path: Path) -> None:
    assert outcome(tmp_path, cut(SECRET, size)) == "OVERHEARD"
    assert outcome(tmp_path, cut(SECRET[::-1].upper(), size)) == "PROTECTED"
    # As padding is written.
    assert outcome(tmp_path, [piece.ljust(8, b"\0") for piece in cut(SECRET, size)]) == "OVERHEARD"


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_what_nobody_can_read_in_them_is_a_reason(size: int, tmp_path: Path) -> None:
    assert outcome(tmp_path, cut(noise(32), size)) == "INCONCLUSIVE"
    # Not longer than an identifier.
    assert outcome(tmp_path, cut(noise(16), size)) == "PROTECTED"


def test_they_may_be_behind_datagrams(tmp_path: Path) -> None:
    frames = [ethernet(ipv4(udp(line), 17)) + noise(4, number) for number, line in enumerate(LINES)]
    assert of_frames(tmp_path, frames) == "INCONCLUSIVE"
    assert of_frames(tmp_path, [frame[:-4] + b"\1\2\3\4" for frame in frames]) == "PROTECTED"


def test_padding_and_check_sequences_are_no_reason(tmp_path: Path) -> None:
    padded = [frame.ljust(100, b"\0") for frame in SEGMENTS]
    for frames in (padded, [checked(frame) for frame in SEGMENTS], [checked(frame) for frame in padded]):
        assert of_frames(tmp_path, frames) == "PROTECTED"
    version_6 = ethernet(ipv6(tcp(LINES[0])), 0x86DD)
    assert of_frames(tmp_path, [*SEGMENTS, checked(version_6.ljust(120, b"\0"))]) != "OVERHEARD"
    # Between the padding and the check sequence.
    secret = iter(cut(SECRET, 4))
    frames = [frame + next(secret, b"") if number in FULL else frame for number, frame in enumerate(padded)]
    assert of_frames(tmp_path, [checked(frame) for frame in frames]) == "OVERHEARD"
