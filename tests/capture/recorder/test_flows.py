"""Which flows are open, and what belongs to them."""

from __future__ import annotations

import struct

from capture.frames import ethernet, exchange, frame, ipv4, udp
from capture.timeline import ROOM
from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard_capture.recorder.flows import WindowFlows

TALK = exchange([b"one"], [b"two"])
NOW = 5.0


def flows(*frames: bytes, at: float = NOW) -> WindowFlows:
    found = WindowFlows()
    for data in frames:
        found.add(frame(data)._replace(time=at))
    return found


def open_ones(*frames: bytes, now: float = NOW, at_most: int = ROOM) -> list[str]:
    names, _ = flows(*frames).carried(now, at_most)
    return list(names.values())


def test_a_connection_is_open_until_a_while_after_both_sides_have_closed_it() -> None:
    assert open_ones(*TALK[:-2], now=NOW + 3600) == ["TCP 127.0.0.1:45000 ↔ 127.0.0.1:5683"]
    assert open_ones(*TALK, now=NOW + 2)
    assert not open_ones(*TALK, now=NOW + 4)


def test_the_same_ports_may_have_several_connections() -> None:
    """One that has ended stays settled when another one begins."""
    found = flows(*TALK, *TALK[:3])
    names, _ = found.carried(NOW + 4, ROOM)
    assert [found.owner(number, NOW) in names for number in range(len(TALK) + 3)] == [False] * len(TALK) + [True] * 3


def test_an_error_about_a_datagram_belongs_to_it() -> None:
    asked = ipv4(udp(b"are you there?"), 17)
    refused = struct.pack(">BBHI", 3, 3, 0, 0) + asked
    found = flows(ethernet(asked), ethernet(ipv4(refused, 1)))
    assert found.owner(0, NOW) == found.owner(1, NOW) >= 0


def test_an_error_about_a_segment_belongs_to_its_connection() -> None:
    refused = struct.pack(">BBHI", 3, 3, 0, 0) + TALK[3][14:]
    found = flows(*TALK[:4], ethernet(ipv4(refused, 1)))
    assert found.owner(4, NOW) == found.owner(3, NOW) >= 0
    # Nothing is known of another one.
    lonely = flows(ethernet(ipv4(refused, 1)))
    assert lonely.owner(0, NOW) < 0


def test_marks_belong_to_none() -> None:
    mark = ethernet(ipv4(udp(b"overheard mark 1", target=MARK_PORT), 17, target=MARK_GROUP))
    assert not open_ones(mark)


def test_the_largest_do_not_fit_first() -> None:
    found = flows(*TALK[:4], ethernet(ipv4(udp(bytes(900)), 17)), ethernet(ipv4(udp(b"x", source=5003), 17)))
    names, outgrown = found.carried(NOW, 400)
    assert list(names.values()) == ["TCP 127.0.0.1:45000 ↔ 127.0.0.1:5683", "UDP 127.0.0.1:5003 ↔ 127.0.0.1:5001"]
    assert outgrown == ["UDP 127.0.0.1:5000 ↔ 127.0.0.1:5001 (942 bytes)"]
