"""Bodies of messages: short ones are also collected as messages."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from capture.message_sink import Sink
from capture.played import origin_of, played, some_findings
from overheard_capture.content.findings import MessageKind
from overheard_capture.decoders import joined_values
from overheard_capture.decoders.message_values import LONGEST
from overheard_capture.decoders.messages import LAYER
from overheard_capture.decoders.registry import body_reader
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterable


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


TOKENS = ["Flu", "ffy", " ta", "il 4", "711"]
LINES = {
    "JSON lines": "".join(json.dumps({"model": "x", "response": token}) + "\n" for token in TOKENS),
    "JSON lines of Windows": "".join(json.dumps({"d": token}) + "\r\n" for token in TOKENS),
    "lists": json.dumps({"version": 2}) + "\n" + "".join(json.dumps([1, "o", token]) + "\n" for token in TOKENS),
    "parts of an answer": "".join(f"0:{json.dumps(token)}\n" for token in TOKENS),
    "parts of an answer after its name": 'f:{"messageId":"a"}\n' + "".join(f'0:"{token}"\n' for token in TOKENS),
    "events": "".join(f"data: {json.dumps({'d': token})}\n\n" for token in TOKENS),
    "events after a comment": ": hello\n\n" + "".join(f"event: x\ndata: {token}\n\n" for token in TOKENS),
}


@for_each(
    kind=[b"application/json", b"text/plain; charset=utf-8", b""],
    body=LINES.values(),
    cuts=[(), range(1, 400), (7, 30, 31)],
)
def test_lines_are_messages_whatever_type_is_declared(kind: bytes, body: str, cuts: Iterable[int]) -> None:
    findings = some_findings()
    findings.messages = Sink()
    played(body_reader(kind), body.encode(), cuts, findings=findings)
    # Strings of JSON are also joined by themselves.
    assert (LAYER,) in {each.layers for each in findings.sightings} <= {(LAYER,), (joined_values.LAYER,)}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"tokens": TOKENS}, indent=2),
        "\n".join(TOKENS),
        "id, token\n" + "".join(f"{number}, {token}\n" for number, token in enumerate(TOKENS)),
    ],
)
def test_other_lines_are_no_messages(body: str) -> None:
    findings = some_findings()
    findings.messages = Sink()
    played(body_reader(b"application/json"), body.encode(), (1, 2, 40), findings=findings)
    assert LAYER not in {layer for each in findings.sightings for layer in each.layers}
