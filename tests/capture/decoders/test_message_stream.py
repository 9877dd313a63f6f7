"""Streams of unknown protocol: their lines, or segments without lines, are messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture.message_sink import Sink
from capture.played import IN_A_FRAME, played, some_findings
from overheard_capture.decoders.message_stream import MessageStream, unknown_stream
from overheard_capture.decoders.message_values import LONGEST


def messages(data: bytes, cuts: tuple[int, ...] = (), *, gap: tuple[int, int] = (0, 0)) -> list[bytes]:
    """The messages in a stream, each segment of which has 100 bytes."""
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    played(unknown_stream, data, cuts, gap=gap, findings=findings)
    assert all(where.frame == 1 + data.find(message) // IN_A_FRAME for message, where, _, _ in sink.kept if message)
    return [message for message, _, _, _ in sink.kept]


LINES = [b"line %d " % number + b"x" * (number * 37 % 150) for number in range(12)]


@given(st.lists(st.integers(1, 1200), max_size=5).map(tuple))
def test_each_line_is_a_message_however_it_is_cut(cuts: tuple[int, ...]) -> None:
    assert messages(b"\r\n".join(LINES) + b"\n", cuts) == LINES
    assert messages(b"\n".join(LINES), cuts) == LINES


@given(st.lists(st.integers(1, 400), max_size=5).map(tuple))
def test_without_lines_each_segment_is_a_message(cuts: tuple[int, ...]) -> None:
    data = b"".join(b"%02d" % number + b"x" * 98 for number in range(15)) + b"end"
    assert messages(data, cuts) == [data[at : at + IN_A_FRAME] for at in range(0, len(data), IN_A_FRAME)]


def test_a_line_that_is_too_long_or_incomplete_is_none() -> None:
    assert messages(b"one\n" + b"x" * (LONGEST + 1) + b"\ntwo\n") == [b"one", b"two"]
    assert messages(b"one\ntwo\nthree\n", gap=(5, 6)) == [b"one", b"three"]


def test_of_large_segments_only_the_first_are_taken() -> None:
    from capture.played import VALUE  # noqa: PLC0415
    from overheard_capture.provenance.origin import Origin  # noqa: PLC0415

    findings, sink = some_findings(), Sink()
    reader = MessageStream(unknown_stream(findings, ()), sink, ())
    for number in range(200):
        reader.feed((VALUE + b"\n") * 60, Origin.of_frame(number + 1, 54, (len(VALUE) + 1) * 60))
    taken = len(sink.kept)
    assert taken < 300
    reader.feed(b"a\nb\n", Origin.of_frame(999, 54, 4))
    reader.close()
    assert [message for message, *_ in sink.kept[taken:]] == [b"b"]
