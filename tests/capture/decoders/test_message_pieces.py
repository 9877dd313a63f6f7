"""Pieces of messages, and in which part of a message each is."""

from __future__ import annotations

from capture.message_sink import Sink
from capture.played import some_findings
from overheard_capture.decoders.message_pieces import LONGEST, add_labels, add_piece
from overheard_capture.provenance.origin import Origin

ORIGIN = Origin.of_frame(1, 60, 300)


def test_labels_are_pieces_by_what_is_around_them_without_numbers() -> None:
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    for name in (b"nut.s1.evil.example", b"oak.s2.evil.example"):
        add_labels(findings, (), [(label, ORIGIN) for label in name.split(b".")], 1)
    half = len(sink.pieces) // 2
    first, second = ([(piece, part) for piece, _, _, part in sink.pieces[at : at + half]] for at in (0, half))
    assert [piece for piece, _ in first] == [b"nut", b"s1", b"evil", b"nut", b"nuts1evil", b"nuts1"]
    assert [one == other for (_, one), (_, other) in zip(first, second, strict=True)] == [1, 0, 0, 1, 1, 1]


def test_nothing_zeros_and_long_values_are_none() -> None:
    findings, sink = some_findings(), Sink()
    findings.messages = sink
    for data in (b"", bytes(4), b"x" * (LONGEST + 1)):
        add_piece(findings, (), data, ORIGIN, "a part")
    assert not sink.pieces
    findings.messages = None
    add_piece(findings, (), b"nuts", ORIGIN, "a part")
