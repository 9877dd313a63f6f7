"""Multipath TCP: a stream that is on several connections, or in another order, is never read as one of its own."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ethernet, ipv4, rewritten, segment, tcp
from capture.reassembly.listening import assemble
from overheard.words.options import Options
from overheard_capture.judge.api import judge
from overheard_capture.packets import ACK, FIN, SYN
from overheard_capture.reassembly.multipath import Subflow, options_of

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.report import Report

SECRET = b"correct horse battery staple"
CAPABLE = b"\x1e\x04\x01\x81"
CAPABLE_ANSWER = b"\x1e\x0c\x01\x81" + bytes(range(8))
JOIN = b"\x1e\x0c\x10\x01" + bytes(range(8))
TIMESTAMPS = b"\1\1\x08\x0a" + bytes(8)


def dss(number: int, within: int, length: int, *, long: bool = False, ack: bool = True) -> bytes:
    """A data sequence signal that maps bytes, without a checksum (RFC 8684, 3.3)."""
    flags = 4 | ack | (8 if long else 0)
    numbers = (struct.pack(">I", 7) if ack else b"") + struct.pack(">Q" if long else ">I", number)
    value = bytes([0x20, flags]) + numbers + struct.pack(">IH", within, length)
    made = bytes([30, 2 + len(value)]) + value
    return made + b"\1" * (-len(made) % 4)


def connection(
    parts: list[tuple[bytes, bytes]], *, port: int = 45000, opening: bytes = b"", answer: bytes = b""
) -> list[bytes]:
    """A connection in which the client sends these parts: the options and the bytes."""
    sequence = 1001
    made = [
        tcp(sequence=1000, flags=SYN, source=port, options=opening),
        tcp(sequence=5000, acknowledged=1001, flags=SYN | ACK, source=5683, target=port, options=answer),
        tcp(sequence=1001, acknowledged=5001, source=port),
    ]
    for options, data in parts:
        made.append(tcp(data, sequence=sequence, acknowledged=5001, source=port, options=options))
        sequence += len(data)
    made += [
        tcp(sequence=sequence, acknowledged=5001, flags=FIN | ACK, source=port),
        tcp(sequence=5001, acknowledged=sequence + 1, flags=FIN | ACK, source=5683, target=port),
    ]
    return [ethernet(ipv4(each)) for each in made]


def judged(folder: Path, frames: list[bytes]) -> Report:
    file = rewritten(folder / "x.pcapng", frames)
    return judge(file, {"secret": SECRET}, Options(vouched=("whole", "sent")))


def own(parts: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The first subflow of a connection."""
    return connection(parts, opening=CAPABLE, answer=CAPABLE_ANSWER)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(
            own([(dss(100, 1, 9), SECRET[:9])])
            + connection([(dss(109, 1, 19), SECRET[9:])], port=45001, opening=JOIN, answer=JOIN),
            id="a second subflow",
        ),
        pytest.param(connection([(b"", b"harmless")], opening=JOIN, answer=JOIN), id="a second subflow alone"),
        pytest.param(own([(dss(119, 1, 9), SECRET[19:]), (dss(100, 10, 19), SECRET[:19])]), id="in another order"),
        pytest.param(
            own([(dss(119, 1, 9, long=True), SECRET[19:]), (dss(100, 10, 19, ack=False), SECRET[:19])]),
            id="with long numbers, and without acknowledgement",
        ),
        pytest.param(
            own([(dss(100, 1, 9), SECRET[:9]), (dss(129, 10, 3), b"xyz"), (dss(109, 13, 19), SECRET[9:])]),
            id="with other bytes between",
        ),
        pytest.param(connection([(dss(100, 1, 8), b"harmless")]), id="mapped, but never agreed on"),
        pytest.param(
            own([(b"", b"x" * 50)] * 12 + [(dss(100, 1, 50), b"x" * 50), (dss(100, 51, 50), b"y" * 50)]),
            id="late",
        ),
    ],
)
def test_a_stream_that_is_scattered_is_no_stream(frames: list[bytes], tmp_path: Path) -> None:
    report = judged(tmp_path, frames)
    assert report.outcome == "INCONCLUSIVE"
    assert "Multipath TCP" in str(report)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(connection([(b"", b"harmless")], opening=CAPABLE), id="asked for, and not answered"),
        pytest.param(connection([(TIMESTAMPS, b"harmless")], opening=TIMESTAMPS), id="timestamps"),
        pytest.param(connection([(b"\1\1\x08\x0a" + b"\x1e" * 8, b"harmless")]), id="timestamps that look like it"),
        pytest.param(own([(dss(100, 1, 8), b"harmless"), (dss(108, 9, 5), b" text")]), id="one subflow, in order"),
        pytest.param(own([(dss(100, 1, 8), b"harmless"), (dss(108, 0, 1), b"")]), id="with the end of the data"),
        pytest.param(
            own([(dss(0xFFFFFFFE, 1, 8), b"harmless"), (dss(6, 9, 5), b" text")]),
            id="numbers wrap around",
        ),
        pytest.param(
            connection([(b"", b"harmless")]) + connection([], port=45001, opening=JOIN, answer=JOIN),
            id="a second subflow without a byte",
        ),
    ],
)
def test_one_subflow_in_order_is_a_stream(frames: list[bytes], tmp_path: Path) -> None:
    report = judged(tmp_path, frames)
    assert report.outcome == "PROTECTED", report


@given(st.binary(max_size=40))
def test_options_may_be_anything(options: bytes) -> None:
    assert all(options_of(options))
    Subflow().add(segment(flags=SYN)._replace(options=options), from_client=True)
    Subflow().add(segment()._replace(options=options), from_client=False)


def test_a_server_that_agreed_makes_it_a_subflow() -> None:
    opening = segment(sequence=9, flags=SYN)._replace(options=CAPABLE)
    answer = segment(sequence=0, acknowledged=10, flags=SYN, back=True)
    (plain,) = assemble([opening, answer])
    (multipath,) = assemble([opening, answer._replace(options=CAPABLE_ANSWER)])
    assert plain.subflow is None
    assert multipath.subflow is not None
    assert not multipath.subflow.scattered
