"""What a reading counts as application data in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.frames import ethernet, frame, ipv4, udp
from overheard.words.secret import Secret
from overheard_capture.scan.reading import Reading
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.scan.facts import Facts

_SECRET = Secret("message", b"fluffy tail")
# The secret with its letters swapped in pairs, and spelled: nobody's search knows these.
SWAPPED = b"lfffuyt iala"
SPELLED = b"foxtrot lima uniform foxtrot foxtrot yankee tango alfa india lima"


def _facts(frames: Sequence[bytes]) -> Facts:
    reading = Reading(Search([_SECRET], large_input=False))
    for number, data in enumerate(frames, 1):
        reading.take(frame(data, number=number))
    return reading.finish()


def in_clear(frames: Sequence[bytes]) -> dict[str, int]:
    """What of these frames is application data in clear: bytes by protocol or field."""
    return dict(_facts(frames).in_clear)


def unread(frames: Sequence[bytes]) -> list[str]:
    """What of these frames nobody can read."""
    return [each.what for each in _facts(frames).unread]


def datagram(payload: bytes, port: int = 5353) -> bytes:
    """A frame with a datagram."""
    return ethernet(ipv4(udp(payload, source=port, target=port), 17))
