"""A packet in the data channel of OpenVPN is noticed in each framing; random bytes contain none."""

from __future__ import annotations

import random

from capture.frames import ethernet, ipv4
from overheard_capture.protocols.openvpn.clear_data import clear_packet
from rows import for_each

RANDOM = random.Random(1195)  # noqa: S311 - the same in each run
PACKET = ipv4(RANDOM.randbytes(90), 108)
FRAME = ethernet(PACKET)
HEAD = b"\x48\0\0\0"


@for_each(hmac=[0, 20, 32], number=[4, 8], packet=[PACKET, FRAME])
def test_a_packet_is_noticed_in_each_framing(hmac: int, number: int, packet: bytes) -> None:
    head = HEAD + RANDOM.randbytes(hmac + number)
    assert clear_packet(head + packet, 4) == (len(head), packet)
    assert clear_packet(head + b"\xfa" + packet, 4) == (len(head) + 1, packet)
    assert clear_packet(head + b"\xfb" + packet[1:] + packet[:1], 4) == (len(head), packet)


def test_random_bytes_contain_no_packet() -> None:
    for _ in range(30_000):
        assert clear_packet(HEAD + RANDOM.randbytes(120), 4) is None
