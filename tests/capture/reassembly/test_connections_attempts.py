"""Attempts to connect that failed, and keep-alive probes: ordinary traffic, in which nothing is missing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, segment, tcp
from capture.in_clear import SWAPPED, in_clear
from capture.reassembly.listening import assemble, received
from overheard.words.options import Options
from overheard_capture.judge.api import judge
from overheard_capture.packets import ACK, FIN, RST, SYN, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from overheard_capture.reassembly.connection import Connection

OPENING = segment(sequence=9, flags=SYN)
ANSWER = segment(sequence=0, acknowledged=10, flags=SYN, back=True)
DONE = segment(sequence=10, acknowledged=1)
REFUSAL = segment(sequence=0, acknowledged=10, flags=RST, back=True)
DATA = segment(b"fluffy tail", sequence=10, acknowledged=1)


def only(segments: list[Segment]) -> Connection:
    (connection,) = assemble(segments)
    return connection


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param([OPENING, REFUSAL], id="refused"),
        pytest.param([OPENING, OPENING, REFUSAL], id="refused at the second attempt"),
        pytest.param([OPENING, OPENING], id="never answered"),
        pytest.param([OPENING, ANSWER, ANSWER], id="half-open"),
        pytest.param([OPENING, ANSWER, segment(sequence=10, flags=RST)], id="a port scan"),
        pytest.param([OPENING, segment(sequence=10, flags=RST)], id="given up by the client"),
        pytest.param([segment(b"early", sequence=9, flags=SYN), REFUSAL], id="refused with data in SYN"),
        pytest.param(
            [OPENING, ANSWER, DONE, segment(sequence=10, acknowledged=1, flags=RST)], id="reset without a byte"
        ),
        pytest.param(
            [
                OPENING,
                ANSWER,
                DONE,
                segment(sequence=10, acknowledged=1, flags=FIN),
                segment(sequence=1, acknowledged=11, flags=FIN, back=True),
            ],
            id="closed without a byte",
        ),
    ],
)
def test_a_connection_that_carried_nothing_is_complete(segments: list[Segment]) -> None:
    connection = only(segments)
    assert connection.complete or connection.failed(0.0)
    assert connection.client.missing == connection.server.missing == 0


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param([OPENING], id="not answered yet"),
        pytest.param([OPENING, ANSWER], id="not confirmed yet"),
        pytest.param([OPENING, ANSWER, DONE], id="still open"),
        pytest.param([OPENING, OPENING, ANSWER, DONE, DATA], id="open at the second attempt"),
        pytest.param([OPENING, DONE, DATA, segment(sequence=21, flags=RST)], id="without the answer"),
        pytest.param([REFUSAL], id="without SYN"),
        pytest.param([segment(sequence=10, acknowledged=1), REFUSAL], id="midstream"),
    ],
)
def test_one_that_may_have_carried_more_is_not(segments: list[Segment]) -> None:
    connection = only(segments)
    assert not connection.complete
    assert not connection.failed(0.5)


def test_a_connection_attempt_has_failed_after_a_second_or_at_the_next() -> None:
    assert only([OPENING]).failed(1.0)
    first, second = assemble([OPENING, segment(sequence=5000, flags=SYN)])
    assert first.failed(0.0)
    assert not second.failed(0.0)


def probe(garbage: bytes, sequence: int, number: int = 9) -> Segment:
    return segment(garbage, sequence=sequence, acknowledged=1, number=number)


ACKNOWLEDGED = segment(sequence=1, acknowledged=21, back=True)


@pytest.mark.parametrize("garbage", [b"\0", b"\xff", b"l"])
@pytest.mark.parametrize(
    "before",
    [
        pytest.param([OPENING, ANSWER, DONE], id="before any data"),
        pytest.param([OPENING, ANSWER, DONE, DATA, ACKNOWLEDGED], id="after data"),
        pytest.param([OPENING, ANSWER, DONE, DATA, ACKNOWLEDGED, probe(b"x", 20)], id="after another probe"),
    ],
)
def test_the_byte_of_a_keep_alive_probe_is_not_read(before: list[Segment], garbage: bytes) -> None:
    end = 21 if DATA in before else 10
    more = segment(b" more", sequence=end, acknowledged=1)
    client = only([*before, probe(garbage, end - 1), more]).client
    assert not client.conflicts
    assert not client.late
    assert client.missing == 0
    assert b"".join(data for _, data in received(client).runs) == (b"fluffy tail more" if DATA in before else b" more")


def test_a_probe_after_fin_is_not_read() -> None:
    """The last number is that of FIN."""
    end = [segment(sequence=10, acknowledged=1, flags=FIN), segment(sequence=1, acknowledged=11, back=True)]
    client = only([OPENING, ANSWER, DONE, *end, probe(b"\0", 10)]).client
    assert (client.seen, client.late, client.conflicts) == (0, False, False)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param([DATA, probe(b"L", 20)], id="not acknowledged"),
        pytest.param([DATA, ACKNOWLEDGED, probe(b"F", 10)], id="not the last byte"),
        pytest.param([DATA, ACKNOWLEDGED, probe(b"IL", 19)], id="two bytes"),
    ],
)
def test_another_byte_that_may_have_been_read_is_a_conflict(again: list[Segment]) -> None:
    assert only([OPENING, ANSWER, DONE, *again]).client.conflicts


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        pytest.param(gzip.compress(b"correct horse battery staple"), "OVERHEARD", id="packed"),
        pytest.param(base64.b64encode(zlib.compress(b"correct horse battery staple")), "OVERHEARD", id="packed twice"),
        pytest.param(hashlib.shake_128(b"1").digest(80), "INCONCLUSIVE", id="unknown"),
        pytest.param(b"port closed by the administrator", "PROTECTED", id="harmless"),
        pytest.param(b"", "PROTECTED", id="none"),
    ],
)
@pytest.mark.parametrize("flags", [RST | ACK, SYN], ids=["of a reset", "of SYN"])
def test_the_data_of_a_reset_or_of_syn_is_read(text: bytes, outcome: str, flags: int, tmp_path: Path) -> None:
    """RFC 9293, 3.5.3, and RFC 7413."""
    opening = tcp(text if flags == SYN else b"", sequence=9, flags=SYN)
    end = tcp(text if flags != SYN else b"", acknowledged=10, flags=RST | ACK, source=5683, target=40000)
    file = rewritten(tmp_path / "x.pcapng", [ethernet(ipv4(opening)), ethernet(ipv4(end)), *exchange([b"hello"], [])])
    report = judge(file, {"secret": b"correct horse battery staple"}, Options(vouched=("whole", "sent")))
    assert report.outcome == outcome, report


def test_a_recording_with_failed_attempts_and_probes_is_whole(tmp_path: Path) -> None:
    """Also where the compiled part has read the connection so far."""
    refused = [tcp(sequence=9, flags=SYN), tcp(sequence=0, acknowledged=10, flags=RST | ACK, source=5683, target=40000)]
    talk = exchange([b"hello"] * 20, [b"good day"] * 20)
    garbage = tcp(b"\0", sequence=1001 + 99, acknowledged=5001 + 160, source=45000)
    file = rewritten(
        tmp_path / "x.pcapng", [*map(ethernet, map(ipv4, refused)), *talk[:-3], ethernet(ipv4(garbage)), *talk[-3:]]
    )
    report = judge(file, {"secret": b"correct horse battery staple"}, Options(vouched=("whole", "sent")))
    assert report.outcome == "PROTECTED", report


def test_what_several_probes_say_is_in_clear_and_searched(tmp_path: Path) -> None:
    """Zeros, and the last byte again, say nothing."""
    talk = exchange([b"hello"] * 20, [b"good day"] * 20)

    def probed(said: bytes) -> list[bytes]:
        """The connection, with a probe for each byte before its end."""
        probes = [tcp(bytes([each]), sequence=1001 + 99, acknowledged=5001 + 160, source=45000) for each in said]
        return [*talk[:-3], *(ethernet(ipv4(each)) for each in probes), *talk[-3:]]

    assert in_clear(probed(SWAPPED))["data in TCP keep-alives"] == len(SWAPPED)
    assert set(in_clear(probed(b"o\0o\0"))) == {"plain text"}
    file = rewritten(tmp_path / "x.pcapng", probed(b"fluffy tail"))
    report = judge(file, {"message": b"fluffy tail"}, Options(vouched=("whole", "sent")))
    assert report.outcome == "OVERHEARD"


@pytest.mark.parametrize(("said", "size"), [(SWAPPED, len(SWAPPED)), (b"\0\0no\0", 2), (b"", 0), (bytes(6), 0)])
def test_what_a_reset_says_is_in_clear(said: bytes, size: int) -> None:
    """A reset may carry a text (RFC 9293, 3.5.3); zeros are padding."""
    attempt = [tcp(sequence=9, flags=SYN), tcp(said, sequence=0, flags=RST | ACK, source=5683, target=40000)]
    assert in_clear([ethernet(ipv4(each)) for each in attempt]).get("data in TCP resets", 0) == size
