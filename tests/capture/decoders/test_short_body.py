"""Bodies of messages: short ones are also collected as messages."""

from __future__ import annotations

import gzip

import pytest

from capture.message_sink import Sink
from capture.played import origin_of, played, some_findings
from overheard_capture.content.findings import MessageKind
from overheard_capture.decoders.message_values import LONGEST
from overheard_capture.decoders.registry import body_reader


@pytest.mark.parametrize("cuts", [(), (1,), (50, 120)])
def test_a_short_body_is_a_message(cuts: tuple[int, ...]) -> None:
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    body = b'{"key": "a"}' * 20
    played(body_reader(b"application/json"), body, cuts, findings=findings)
    assert sink.kept == [(body, origin_of(len(body)).place(0, len(body)), (), MessageKind.BODY)]


def test_a_compressed_body_is_one_after_decompression() -> None:
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    played(body_reader(b"", b"gzip"), gzip.compress(b"key=a"), findings=findings)
    assert [(message, layers) for message, _, layers, _ in sink.kept] == [(b"key=a", ("gzip",))]


def test_neither_a_long_nor_an_incomplete_body_is_a_message() -> None:
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    played(body_reader(b""), b"a" * (LONGEST + 1), findings=findings)
    played(body_reader(b""), b"a" * 100, (10,), gap=(10, 20), findings=findings)
    assert not sink.kept
