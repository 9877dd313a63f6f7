"""Payloads of IKEv2 in clear are those of IKE_SA_INIT, and say nothing in words, but for the names of vendors."""

from __future__ import annotations

import base64

from capture.in_clear import SPELLED, SWAPPED
from capture.protocols.ipsec.proposals import proposal
from capture.talk import noise
from overheard_capture.protocols.ipsec.clear_payloads import is_ordinary

NAT = b"\0\0\x40\4"
VENDORS = (
    b"CISCO-DELETE-REASON",
    b"CISCO(COPYRIGHT)&Copyright (c) 2009 Cisco Systems, Inc.",
    b"FLEXVPN-SUPPORTED",
    b"OE-Libreswan-3.21",
)
ORDINARY = {
    33: [proposal(), proposal(12)],
    34: [b"\0\x1f\0\0" + noise(32), b"\0\x0e\0\0" + noise(256)],
    38: [b"\4" + noise(60)],
    40: [noise(32)],
    41: [NAT + noise(20), b"\0\0\x40\x2e", b"\0\0\x40\x06" + noise(64), b"\0\0\0\x11\0\x1f", b"\0\0\x40\x2f\0\2\0\3"],
    43: [noise(16), noise(20), *VENDORS],
    48: [b""],
}
HIDDEN = {
    33: [noise(44), proposal().replace(b"\x80\x0e\1\0", b"\x80\x0efo"), proposal()[:-2] + b"fo"],
    34: [b"\0\x1f\0\0" + SPELLED[:32], b"\0\x1f\0\0" + noise(31), b"\0\x63\0\0" + noise(32)],
    38: [b"\x0c" + SPELLED, b"\4" + noise(19), b"\x63" + noise(20)],
    40: [SPELLED[:32], noise(15), base64.b64encode(noise(24))],
    41: [NAT + SPELLED[:20], b"\0\0\xa0\0" + SWAPPED, b"\0\0\xa0\0?", NAT + noise(19), b"\0\x08\x40\x2e" + noise(8)],
    43: [SPELLED, SWAPPED, noise(13)],
    35: [SWAPPED],
    42: [SWAPPED],
    48: [noise(20)],
    200: [noise(20)],
}


def test_what_implementations_send_is_ordinary() -> None:
    assert [(kind, each) for kind, several in ORDINARY.items() for each in several if not is_ordinary(kind, each)] == []


def test_other_payloads_and_text_are_not() -> None:
    assert [(kind, each) for kind, several in HIDDEN.items() for each in several if is_ordinary(kind, each)] == []
