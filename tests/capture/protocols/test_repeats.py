"""Datagrams that were captured twice are known."""

from __future__ import annotations

from capture.talk import noise
from overheard_capture.protocols.repeats import Repeats


def test_what_was_sent_again_is_known() -> None:
    repeats = Repeats()
    sent = [noise(30, number) for number in range(1500)]
    assert not any(map(repeats, sent))
    assert repeats(sent[-1])
    assert not repeats(sent[0])
