"""The recorder's marks are told from all other datagrams by their payload."""

from __future__ import annotations

from capture.frames import ethernet, frame, ipv4, udp, unwrap
from overheard_capture.packets import Datagram
from overheard_capture.scan.marks import MarkFinder


def is_mark(marks: MarkFinder, payload: bytes, number: int = 1) -> bool:
    made = frame(ethernet(ipv4(udp(payload), protocol=17)))._replace(number=number)
    packet = unwrap(made)
    assert isinstance(packet, Datagram)
    return marks.is_mark(made, packet)


def test_marks_are_found_padded_or_not_where_each_is_first() -> None:
    found: dict[bytes, int] = {}
    marks = MarkFinder([b"start", b"end"], found)
    assert is_mark(marks, b"start  ", 3)
    assert is_mark(marks, b"start", 4)
    assert is_mark(marks, b"end", 9)
    assert not is_mark(marks, b"start.", 1)
    assert not is_mark(marks, b"", 1)
    assert found == {b"start": 3, b"end": 9}


def test_without_marks_nothing_is_one() -> None:
    assert not is_mark(MarkFinder([], {}), b"   ")
