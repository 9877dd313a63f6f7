"""Measures what a page of packets takes, and the fields of one: of 100,000 packets in many conversations, and in one.

    bench/packets.py

Seconds of CPU time, of Python and of tshark, as other work on the machine comes and goes. tshark runs twice at the same
time for the fields of a packet, so that of its time half counts where two cores are idle.
"""

from __future__ import annotations

import random
import resource
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from frames import Conversation, Turn, capture
from overheard_capture.wireshark.packet_fields import dissect
from overheard_capture.wireshark.packet_list import in_words, rows_of
from overheard_capture.wireshark.tshark import TsharkInput

_PACKETS, _ROWS = 100_000, 200
# A request and a response take so many packets, with their acknowledgments.
_BODY, _EACH = 2_400, 5
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (_BODY, b"x" * _BODY)


def _conversation(exchanges: int) -> Conversation:
    asked = Turn(True, b"GET /tree HTTP/1.1\r\nHost: squirrel.example\r\n\r\n")
    return Conversation("tcp", (asked, Turn(False, _ANSWER)) * exchanges, 80)


def _spent() -> tuple[float, float]:
    """The CPU time of this process so far, and of those that it has started."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, others.ru_utime + others.ru_stime


def _measured(name: str, work: Callable[[], object]) -> None:
    before = _spent()
    work()
    own, others = (after - begin for after, begin in zip(_spent(), before, strict=True))
    print(f"  {name:<32}{own:>8.2f} s Python{others:>8.2f} s tshark")


def main() -> None:
    """Measure both captures."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (300, 1):
            path = Path(folder) / f"{count}.pcap"
            talks = [_conversation(_PACKETS // count // _EACH)] * count
            path.write_bytes(capture(talks, "plain", "plain", random.Random(1)))  # noqa: S311  (no secrets)
            given, total = TsharkInput(path), rows_of(path, 1, 1).total
            print(f"{total:,} packets, {path.stat().st_size / 1e6:.0f} MB, in {count} connections")
            _measured(f"the first {_ROWS} rows", partial(rows_of, path, 1, _ROWS))
            rows = rows_of(path, total - _ROWS, _ROWS).rows
            _measured(f"the last {_ROWS} rows", partial(rows_of, path, total - _ROWS, _ROWS))
            _measured("the same in tshark's words", partial(in_words, given, rows))
            _measured("the fields of the last packet", partial(dissect, given, total))


if __name__ == "__main__":
    main()
