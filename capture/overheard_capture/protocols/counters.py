"""Counters of packets, by which a receiver tells packets that were sent again: they grow, by little at a time."""

from __future__ import annotations

from collections import OrderedDict

# A packet may be this much older than the newest one (WireGuard's window is 8128), or newer, if others were lost.
_BEHIND, _AHEAD = 8192, 1024
# How many series are followed at a time.
_MAX_SERIES = 256


class Counters:
    """The newest number of each series, such as a receiver index or an SPI. Numbers have `bits` bits, and may wrap."""

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._newest: OrderedDict[int, int] = OrderedDict()

    def fits(self, series: int, number: int, *, from_start: bool = False) -> bool:
        """Whether a packet may have this number. With `from_start`, a series begins near 0; otherwise anywhere."""
        newest = self._newest.get(series, 0 if from_start else number)
        distance = (number - newest) % self._modulus
        if distance <= _AHEAD:
            self._newest[series] = number
            self._newest.move_to_end(series)
            if len(self._newest) > _MAX_SERIES:
                self._newest.popitem(last=False)
            return True
        return self._modulus - distance <= _BEHIND
