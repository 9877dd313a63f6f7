"""The packets of a capture as rows, a page at a time: at once from our own reader, and in tshark's words after that."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.escaping import printable
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.packets import Dissector
from overheard_capture.packets.types import Datagram, Fragment, IcmpData, SctpMessage, Segment
from overheard_capture.wireshark.conversations import excerpt_for
from overheard_capture.wireshark.excerpt import write_excerpt
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput, tshark, xml_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets.types import Packet

# The most rows in one page, and so the most for which tshark is asked at a time.
MAX_ROWS = 1000
_PROTOCOLS: dict[type, str] = {Segment: "TCP", SctpMessage: "SCTP", IcmpData: "ICMP", Fragment: "IP fragment"}
_COLUMNS = 'gui.column.format:"Number","%m","Protocol","%p","Info","%i"'


@dataclass(frozen=True)
class PacketRow:
    """A packet: `time` is in seconds since the first, `length` that of the frame on the wire.

    `source` and `target` are addresses, with ports if it has any; empty if they are not known. `protocol` is its
    transport, or what tshark says, as is `info`, which is empty before tshark was asked. All texts are safe to show.
    """

    number: int
    time: float
    source: str
    target: str
    protocol: str
    length: int
    info: str = ""

    def to_json(self) -> list[object]:
        """All of it as one array, in the order of the definition."""
        words = (self.source, self.target, self.protocol, self.length, self.info)
        return [self.number, round(self.time, 9), *words]


@dataclass(frozen=True)
class PacketPage:
    """Some rows of a capture, and how many it has. `damage` says where it breaks off, if it does."""

    rows: tuple[PacketRow, ...]
    total: int
    damage: str = ""


def rows_of(path: Path, first: int, count: int) -> PacketPage:
    """`count` rows from frame `first` on, counted from 1; fewer at the end. Raises UnreadableError."""
    reader, dissector, begin = CaptureReader([path]), Dissector(), 0.0
    after, rows = first + min(count, MAX_ROWS), list[PacketRow]()
    for frame in reader.frames():
        if frame.number == 1:
            begin = frame.time
        if first <= frame.number < after:
            rows.append(_row(frame, dissector.packets(frame), frame.time - begin))
    return PacketPage(tuple(rows), reader.facts.frames, reader.facts.damage)


def in_words(capture: TsharkInput, rows: Sequence[PacketRow], keys: TlsKeys = TlsKeys()) -> tuple[PacketRow, ...]:  # noqa: B008
    """The same rows, which are next to each other in a capture, with protocol and info in tshark's words.

    Raises UnreadableError if tshark fails.
    """
    if not rows:
        return ()
    numbers = range(rows[0].number, rows[-1].number + 1)
    excerpt = excerpt_for(capture.path, numbers)
    with tempfile.TemporaryDirectory(prefix="overheard-rows-") as folder:
        path = Path(folder) / "rows.pcapng"
        write_excerpt(capture.path, path, excerpt.kept, excerpt.last)
        shown = f"frame.number >= {numbers[0]} and frame.number <= {numbers[-1]}"
        given = TsharkInput(path, capture.tls_ports)
        psml = tshark(given, "-o", _COLUMNS, "-Y", shown, "-T", "psml", keys=keys)
    words = dict(_words(psml))
    return tuple(
        replace(row, protocol=words[row.number][0], info=words[row.number][1]) if row.number in words else row
        for row in rows
    )


def _words(psml: str) -> list[tuple[int, tuple[str, str]]]:
    """Protocol and info by frame, from the output of `tshark -T psml`."""
    found = []
    for packet in xml_of(psml).iter("packet"):
        number, protocol, info = ((section.text or "").strip() for section in packet.iter("section"))
        found.append((int(number), (printable(protocol), printable(info))))
    return found


def _row(frame: Frame, packets: Sequence[Packet], time: float) -> PacketRow:
    packet = packets[0] if packets else None
    if isinstance(packet, Segment | Datagram | SctpMessage):
        source, target = str(packet.source), str(packet.target)
    else:
        source, target = (*getattr(packet, "addresses", ()), "", "")[:2]
    protocol = packet.transport if isinstance(packet, Datagram) else _PROTOCOLS.get(type(packet), "")
    return PacketRow(frame.number, time, source, target, protocol, frame.original_length)
