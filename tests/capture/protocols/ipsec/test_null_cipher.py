"""ESP that is not encrypted is known by its trailers, whatever it carries; random bytes are not taken for it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from capture.esp import null_esp
from capture.sealed import packet, verdict
from overheard_capture.protocols.ipsec.null_cipher import NullCipherTrailers

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = random.Random(2410)  # noqa: S311 - the same in each run
SPI = 0x1000


@pytest.mark.parametrize("protocol", [47, 97, 108, 132, 142])
@pytest.mark.parametrize("icv", [12, 16])
def test_trailers_that_fit_are_noticed(protocol: int, icv: int) -> None:
    trailers = NullCipherTrailers()
    packets = [null_esp(RANDOM.randbytes(length), protocol, icv=icv) for length in (100, 101, 102)]
    assert [trailers.add(SPI, packet) for packet in packets][-1]


def test_one_packet_with_padding_is_enough() -> None:
    assert NullCipherTrailers().add(SPI, null_esp(RANDOM.randbytes(99), 97))


def test_a_packet_that_does_not_fit_shows_that_the_others_did_by_chance() -> None:
    trailers = NullCipherTrailers()
    assert not trailers.add(SPI, null_esp(RANDOM.randbytes(102), 97))
    assert not trailers.add(SPI, null_esp(RANDOM.randbytes(102), 97, padding=b"\7"))
    assert not trailers.add(SPI, null_esp(RANDOM.randbytes(102), 97))


def test_random_packets_are_encrypted() -> None:
    trailers = NullCipherTrailers()
    for spi in range(20_000):
        assert not any(trailers.add(spi, RANDOM.randbytes(80)) for _ in range(2))


def test_what_cannot_be_followed_is_not_sealed(tmp_path: Path) -> None:
    frames = [packet(side, null_esp(RANDOM.randbytes(99), 108), 50) for side in "><"]
    assert verdict(tmp_path, frames) == "INCONCLUSIVE"
