"""STUN is infrastructure, whose attributes are read."""

from __future__ import annotations

import gzip
import random

import pytest

from capture.played import VALUE, seen, some_findings
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.provenance.origin import Origin

RANDOM = random.Random(3478)  # noqa: S311 - the same in each run


def message(*attributes: tuple[int, bytes], kind: int = 1) -> bytes:
    body = b"".join(
        code.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for code, value in attributes
    )
    head = kind.to_bytes(2, "big") + len(body).to_bytes(2, "big")
    return head + bytes.fromhex("2112a442") + RANDOM.randbytes(12) + body


USUAL = [
    (6, b"EsAw:j9Fk"),
    (0x24, RANDOM.randbytes(4)),
    (0x802A, RANDOM.randbytes(8)),
    (8, RANDOM.randbytes(20)),
    (0x8028, RANDOM.randbytes(4)),
]


@pytest.mark.parametrize(
    ("attributes", "is_seen", "is_unread"),
    [
        (USUAL, False, False),
        ([], False, False),
        ([(0x8022, b"a library"), (0x20, RANDOM.randbytes(20))], False, False),
        ([(6, VALUE)], True, False),
        ([(0x8022, gzip.compress(VALUE))], True, False),
        ([(0x9999, RANDOM.randbytes(40))], False, True),
        ([(8, RANDOM.randbytes(40))], False, True),
    ],
)
def test_attributes_are_read(attributes: list[tuple[int, bytes]], is_seen: bool, is_unread: bool) -> None:
    findings = some_findings()
    data = message(*attributes)
    DatagramIdentifier(findings).datagram(data, Origin.of_frame(1, 42, len(data)))
    assert set(findings.read) == {"STUN"}
    assert bool(seen(findings)) == is_seen
    assert bool(findings.unread) == is_unread


def test_what_is_not_filled_by_its_attributes_is_no_stun() -> None:
    findings = some_findings()
    for data in (message(*USUAL) + RANDOM.randbytes(4), message(*USUAL)[:-4], message(*USUAL, kind=9)):
        DatagramIdentifier(findings).datagram(data, Origin.of_frame(1, 42, len(data)))
    assert "STUN" not in findings.read
