"""Reassembly tables of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Key = TypeVar("Key", bound="Hashable")
Entry = TypeVar("Entry")

# The memory of an entry besides its bytes, which bounds floods of tiny parts.
_OVERHEAD = 400


class ReassemblyTable(Generic[Key, Entry]):
    """Incomplete entries, oldest first. Beyond `capacity` entries or `max_size` bytes, the oldest are discarded."""

    def __init__(self, capacity: int = 1000, max_size: int = 16 * 1024 * 1024) -> None:
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.discarded = 0
        self._capacity, self._max_size, self._sizes, self._size = capacity, max_size, dict[Key, int](), 0

    def __len__(self) -> int:
        return len(self.entries)

    def keep(self, key: Key, entry: Entry, added: int) -> None:
        """Add an entry, or account for `added` bytes of an existing one."""
        self.entries[key] = entry
        self._sizes[key] = self._sizes.get(key, 0) + added + _OVERHEAD
        self._size += added + _OVERHEAD
        while len(self.entries) > self._capacity or self._size > self._max_size:
            self.discard(next(iter(self.entries)))

    def release(self, key: Key, removed: int) -> None:
        """Account for `removed` bytes less in an entry."""
        if key in self._sizes:
            self._sizes[key] -= removed + _OVERHEAD
            self._size -= removed + _OVERHEAD

    def pop(self, key: Key) -> None:
        """Remove an entry, if it exists."""
        self._size -= self._sizes.pop(key, 0)
        self.entries.pop(key, None)

    def discard(self, key: Key) -> None:
        """Remove an incomplete entry, and count it as discarded."""
        self.pop(key)
        self.discarded += 1


class RecentlySeen:
    """A set of bounded size: the oldest member is removed when it is full."""

    def __init__(self, capacity: int = 16_384) -> None:
        self._capacity, self._seen = capacity, dict[object, None]()

    def __contains__(self, member: object) -> bool:
        return member in self._seen

    def add(self, member: object) -> None:
        """Add a member."""
        self._seen[member] = None
        if len(self._seen) > self._capacity:
            del self._seen[next(iter(self._seen))]
