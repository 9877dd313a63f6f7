"""Addresses in words. The same few come with every frame, so what was made of them is kept."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from overheard_capture.packets.types import Endpoint

# Enough for the frames of a busy server, and some 10 MB at the worst.
_MOST = 16_384


@lru_cache(maxsize=1024)
def addresses_of(both: bytes) -> tuple[str, ...]:
    """Source and target, packed behind each other."""
    half = len(both) // 2
    return tuple(str(ipaddress.ip_address(each)) for each in (both[:half], both[half:]) if each)


@lru_cache(maxsize=_MOST)
def ends_of(packed: bytes) -> tuple[Endpoint, Endpoint]:
    """Source and target, of the two addresses and behind them the two ports."""
    source, target = addresses_of(packed[:-4])
    return (
        Endpoint(source, int.from_bytes(packed[-4:-2], "big")),
        Endpoint(target, int.from_bytes(packed[-2:], "big")),
    )
