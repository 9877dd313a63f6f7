"""Which frames and flows are judged, and of which endpoints they are: their own, and those of tunnels around them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from overheard_capture.packets import Datagram, HeaderOption, IcmpData, Segment
from overheard_capture.packets.host_filter import host_filter
from overheard_capture.scan.hosts import ends_of, macs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from overheard.words.options import Options
    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets import Endpoint, Packet
    from overheard_capture.packets.types import Quoted
    from overheard_capture.scan.facts import Facts

    Ends = tuple[Endpoint, Endpoint]


class Selection:
    """Judges frame by frame, for the options `only` and `without`. What a selected tunnel carries is selected, too."""

    def __init__(self, options: Options, facts: Facts) -> None:
        self._filter = host_filter(options.only, options.without)
        self._facts = facts
        # Whether the packets of the last frame are judged for the tunnel that they are in.
        self._is_carried = False

    def passes(self, frame: Frame, packets: Sequence[Packet], carriers: Sequence[Ends]) -> bool:
        """Whether to judge a frame, with its packets, and the endpoints of the tunnels that carry these."""
        if not self._filter and not self._facts.endpoints:
            return True
        ends = [both for each in packets if not isinstance(each, HeaderOption) and (both := ends_of(each))]
        quoted = [(quote.source, quote.target) for quote in map(_quoted, packets) if quote]
        if self._facts.endpoints:
            self._note(packets, [*ends, *quoted], carriers)
        judges = self._filter
        if not judges:
            return True
        is_left_out = any(judges.leaves_out(*both) for both in (*ends, *quoted))
        self._is_carried = not is_left_out and any(judges.selects(*both) for both in carriers)
        if self._is_carried or (not is_left_out and any(judges.selects(*both) for both in quoted)):
            return True
        return any(judges(*both) for both in ends) if ends else judges.judges_frame(macs_of(frame))

    def judges(self, client: Endpoint, server: Endpoint) -> bool:
        """Whether to judge a flow that begins in the last frame."""
        return self._filter is None or self._is_carried or self._filter(client, server)

    def _note(self, packets: Iterable[Packet], ends: Iterable[Ends], carriers: Iterable[Ends]) -> None:
        around = tuple(chain.from_iterable(carriers))
        self._facts.ends = (*chain.from_iterable(ends), *around)
        for packet in packets if around else ():
            if isinstance(packet, Segment | Datagram):
                self._facts.carriers.setdefault(frozenset((packet.source, packet.target)), set()).update(around)


def _quoted(packet: Packet) -> Quoted | None:
    """Whose payload an ICMP error quotes."""
    return packet.quoted if isinstance(packet, IcmpData) else None
