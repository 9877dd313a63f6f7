"""The crypto stream: what is sent again has the same bytes. And the reasons that programs give."""

from __future__ import annotations

import pytest

from capture.in_clear import SPELLED, SWAPPED
from overheard_capture.protocols.quic.frames import CryptoStream, is_usual_reason
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


@pytest.mark.parametrize(
    "reason",
    [
        b"",
        b"tls: no application protocol",
        b"CRYPTO_ERROR 0x12a (remote): tls: bad certificate",
        b"199:TLS handshake failure (ENCRYPTION_HANDSHAKE) 46: certificate unknown. SSLErrorStack:[handshake.cc:298]",
        b"Packet buffer exhausted",
        b"server is shutting down",
        b"quic_tls.c:648",
    ],
)
def test_reasons_that_programs_give(reason: bytes) -> None:
    assert is_usual_reason(reason)


HIDDEN = [SPELLED, SWAPPED, b'{"user": "jane", "card": 1}', b"\xff\xfe\0a", b"Zm9vYmFyYmF6cXV4"]


@pytest.mark.parametrize("reason", HIDDEN)
def test_reasons_that_an_application_gives(reason: bytes) -> None:
    assert not is_usual_reason(reason)
