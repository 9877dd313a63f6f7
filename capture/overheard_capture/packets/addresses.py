"""Addresses as text, cached, as the same few occur in every frame."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from overheard_capture.packets.types import Endpoint

# Enough for the clients of a busy server; some 10 MB at most.
_CACHE_SIZE = 16_384


@lru_cache(maxsize=1024)
def addresses_of(both: bytes) -> tuple[str, ...]:
    """Source and target as text, from their concatenated packed addresses."""
    half = len(both) // 2
    return tuple(str(ipaddress.ip_address(each)) for each in (both[:half], both[half:]) if each)


@lru_cache(maxsize=_CACHE_SIZE)
def endpoints_of(packed: bytes) -> tuple[Endpoint, Endpoint]:
    """Source and target, from the two packed addresses followed by the two ports."""
    source, target = addresses_of(packed[:-4])
    return (
        Endpoint(source, int.from_bytes(packed[-4:-2], "big")),
        Endpoint(target, int.from_bytes(packed[-2:], "big")),
    )
