"""Transport parameters of QUIC: numbers and identifiers have their lengths, and what is reserved is short."""

from __future__ import annotations

import pytest

from capture.in_clear import SWAPPED
from capture.talk import noise
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.transport_parameters import are_parameters


def parameter(kind: int, value: bytes) -> bytes:
    """A parameter, whose type takes four bytes."""
    return (kind | 0x80000000).to_bytes(4) + bytes([len(value)]) + value


USUAL = (
    (0x01, b"\x80\0\x75\x30"),
    (0x0F, noise(8)),
    (0x0F, b""),
    (0x02, noise(16)),
    (0x0C, b""),
    (0x0D, bytes(24) + b"\x08" + noise(24)),
    (0x11, b"\0\0\0\1\x1a\x2a\x3a\x4a\0\0\0\1"),
    (0x4752, b"\0\0\0\1\4\0\0\0\1"),
    (0x3128, b"B2ONAKDU"),
    (0x3129, b"Chrome/113.0.5672.63 Windows NT 10.0"),
    (27 + 31 * 5, noise(16)),
)
HIDDEN = (
    (0x01, b"fox"),
    (0x0F, SWAPPED),
    (0x02, noise(15)),
    (0x0C, b"\0"),
    (0x0D, noise(30)),
    (0x11, b"abcd"),
    (0x3128, b"lfffuyt "),
    (27 + 31 * 5, noise(17)),
    (27 + 31 * 5, SWAPPED),
    (0x3FFF, b""),
)


def test_known_parameters_have_their_lengths() -> None:
    assert [each for each in USUAL if not are_parameters(parameter(*each))] == []
    assert are_parameters(b"".join(parameter(*each) for each in USUAL))


def test_what_is_unknown_or_of_another_length_may_say_anything() -> None:
    assert [each for each in HIDDEN if are_parameters(parameter(*each))] == []


def test_what_is_cut_off_is_malformed() -> None:
    with pytest.raises(TruncatedError):
        are_parameters(parameter(*USUAL[0])[:-1])
