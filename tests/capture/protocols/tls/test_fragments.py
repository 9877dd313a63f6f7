"""Fragments that are sent again have the same bytes; what has others says something that nobody reads."""

from __future__ import annotations

import pytest

from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.fragments import HandshakeFragments
from overheard_capture.provenance.origin import Origin

BODY = bytes(range(40))


def fragment(start: int, data: bytes, *, kind: int = 1, number: int = 0, length: int = len(BODY)) -> bytes:
    head = bytes([kind]) + length.to_bytes(3) + number.to_bytes(2)
    return head + start.to_bytes(3) + len(data).to_bytes(3) + data


def contradicts(*fragments: bytes) -> bool:
    read = HandshakeFragments()
    for each in fragments:
        list(read.add(each, Origin.of_frame(1, 0, len(each))))
    return read.contradicts


WHOLE = fragment(0, BODY)
SENT_AGAIN = (WHOLE, fragment(9, BODY[9:20]), fragment(0, b""), fragment(0, BODY[::-1], number=1))
OTHERS = (
    fragment(0, BODY[::-1]),
    fragment(9, b"fluffy tail"),
    fragment(0, b"fluffy tail", length=11),
    fragment(0, BODY, kind=11),
)


def test_a_message_that_is_sent_again_contradicts_nothing() -> None:
    assert not any(contradicts(WHOLE, again) for again in SENT_AGAIN)


def test_other_bytes_contradict() -> None:
    assert all(contradicts(WHOLE, again) for again in OTHERS)


def test_fragments_that_overlap_are_compared() -> None:
    assert not contradicts(fragment(0, BODY[:20]), fragment(10, BODY[10:]))
    assert contradicts(fragment(0, BODY[:20]), fragment(10, b"tail" + BODY[14:]))


def test_no_handshake_has_so_many_messages() -> None:
    with pytest.raises(TruncatedError):
        contradicts(*(fragment(0, BODY, number=number) for number in range(99)))
