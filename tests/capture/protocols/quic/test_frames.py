"""The crypto stream: what is sent again has the same bytes."""

from __future__ import annotations

from overheard_capture.protocols.quic.frames import CryptoStream
from overheard_capture.provenance.origin import Origin

BODY = bytes(range(60))
PLACES = [(0, 20), (5, 9), (10, 60), (0, 60), (25, 35), (35, 60)]


def stream() -> CryptoStream:
    """A stream of which the beginning was read, and some of what follows a gap."""
    read = CryptoStream()
    for start, end in ((0, 20), (30, 40)):
        list(read.add(start, BODY[start:end], Origin.of_frame(1, start, end - start)))
    return read


def test_the_same_bytes_contradict_nothing() -> None:
    assert [each for each in PLACES if stream().contradicts(each[0], BODY[slice(*each)])] == []


def test_other_bytes_contradict() -> None:
    other = bytes(255 - byte for byte in BODY)
    assert [each for each in PLACES if not stream().contradicts(each[0], other[slice(*each)])] == []


def test_what_is_new_contradicts_nothing() -> None:
    assert not stream().contradicts(20, b"fluffy tai")
    assert not stream().contradicts(40, b"fluffy tail")
