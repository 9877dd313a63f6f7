"""Urgent data: both streams that a receiver may have read are searched, with the urgent byte and without it."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, tcp
from overheard.words.options import Options
from overheard_capture.judge.api import judge
from overheard_capture.packets import ACK, FIN, URG
from overheard_capture.provenance.origin import Origin
from overheard_capture.reassembly.urgent import UrgentData

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.report import Report
    from overheard_capture.provenance.origin import Bytes

SECRET = b"correct horse battery staple"
HALF, REST = SECRET[:9], SECRET[9:]
PACKED = gzip.compress(b"{'password': '" + SECRET + b"'}")
QUIET = b"a harmless line of plain text\r\n"

# Bytes, and where the urgent pointer is from their beginning; None without URG.
Part = tuple[bytes, int | None]


def talk(parts: list[Part]) -> list[bytes]:
    """A connection in which the client sends these parts."""
    frames = exchange([], [b"220 ready\r\n"])
    sequence, sent = 1001, []
    for data, pointer in parts:
        flags = ACK if pointer is None else ACK | URG
        made = tcp(data, sequence=sequence, acknowledged=5001, flags=flags, source=45000, urgent=pointer or 0)
        sent.append(ethernet(ipv4(made)))
        sequence += len(data)
    ends = [
        tcp(sequence=sequence, acknowledged=5012, flags=FIN | ACK, source=45000),
        tcp(sequence=5012, acknowledged=sequence + 1, flags=FIN | ACK, source=5683, target=45000),
    ]
    return [*frames[:3], *sent, frames[3], *map(ethernet, map(ipv4, ends))]


def judged(folder: Path, parts: list[Part]) -> Report:
    file = rewritten(folder / "x.pcapng", talk(parts))
    return judge(file, {"secret": SECRET}, Options(vouched=("whole", "sent")))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(b"PASS " + HALF, None), (b"!", 1), (REST + b"\r\n", None)], id="alone in a segment"),
        pytest.param([(b"PASS " + HALF + b"!", 15), (REST + b"\r\n", None)], id="the last byte of a segment"),
        pytest.param([(b"PASS " + HALF + b"!" + REST + b"\r\n", 15)], id="amid a segment"),
        pytest.param([(b"PASS " + HALF + b"!" + REST + b"\r\n", 14)], id="at the pointer"),
        pytest.param([(b"PASS ", 15), (HALF + b"!" + REST + b"\r\n", 10)], id="announced before it is sent"),
        pytest.param([(PACKED[:20], None), (b"!", 1), (PACKED[20:], None)], id="in gzip"),
        pytest.param([(b"!", 1), (PACKED, None)], id="before gzip"),
        pytest.param([(QUIET, None)] * 12 + [(HALF, None), (b"!", 1), (REST, None)], id="late"),
        pytest.param([(HALF[:-1], None), (HALF[-1:], 1), (REST, None)], id="with it"),
    ],
)
def test_a_secret_with_an_urgent_byte_in_it_is_never_missed(parts: list[Part], tmp_path: Path) -> None:
    assert judged(tmp_path, parts).outcome == "OVERHEARD"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(QUIET, None), (b"!", 1), (QUIET, None)], id="in text"),
        pytest.param([(QUIET, 1)], id="the first byte"),
        pytest.param([(QUIET, None), (b"ABOR\r\n", 6)], id="the last byte"),
        pytest.param([(QUIET, None), (b"x", 1), (QUIET, None), (QUIET, None)], id="once"),
        pytest.param([(QUIET, 5), (QUIET, None)], id="amid text"),
    ],
)
def test_harmless_text_with_an_urgent_byte_is_no_reason(parts: list[Part], tmp_path: Path) -> None:
    report = judged(tmp_path, parts)
    assert report.outcome == "PROTECTED", report


@pytest.mark.parametrize("parts", [[(b"!", 1), (HALF, None), (b"!", 1), (REST, None), (b"!", 1), (QUIET, None)]])
def test_which_of_several_urgent_bytes_were_read_is_unknown(parts: list[Part], tmp_path: Path) -> None:
    """The receiver may have read the second and not the first."""
    assert judged(tmp_path, [(QUIET, 3), (QUIET, 3), (QUIET, None)]).outcome == "INCONCLUSIVE"
    assert judged(tmp_path, parts).outcome == "OVERHEARD"


class Nowhere:
    """A sink that drops everything."""

    def feed(self, data: Bytes, origin: Origin) -> None: ...

    def gap(self, length: int) -> None: ...

    def close(self) -> None: ...


def test_what_is_kept_for_it_is_bounded() -> None:
    """After many bytes, or a gap, the stream is not read again, and that is said."""
    block, origin = bytes(1 << 20), Origin.of_frame(1, 54, 1 << 20)
    long, lossy, late = (UrgentData(Nowhere(), before, origin) for before in (b"", b"", None))
    for each in (long, lossy, late):
        each.point_at(10)
        each.feed(block, origin)
    assert [each.ambiguous for each in (long, lossy, late)] == [False, False, True]
    for _ in range(4):
        long.feed(block, origin)
    lossy.gap(1)
    for each in (long, lossy, late):
        assert (each.ambiguous, each.size, list(each.readings())) == (True, 0, [])


def test_linux_takes_the_byte_before_the_pointer_out_of_the_stream() -> None:
    """What a real receiver reads of what MSG_OOB sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as own:
        other, _ = listening.accept()
        with other:
            own.sendall(HALF)
            own.send(b"!", socket.MSG_OOB)
            own.sendall(REST)
            threading.Timer(0.2, own.shutdown, (socket.SHUT_WR,)).start()
            read = b"".join(iter(lambda: other.recv(100), b""))
    assert read == SECRET
