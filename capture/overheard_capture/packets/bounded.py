"""Reassembly tables of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Key = TypeVar("Key", bound="Hashable")
Entry = TypeVar("Entry")

# The size of an object without its bytes, so that a flood of tiny parts is bounded as well.
_OVERHEAD = 400


class ReassemblyTable(Generic[Key, Entry]):
    """Incomplete entries, oldest first. The oldest are discarded beyond `capacity` entries or `room` bytes."""

    def __init__(self, capacity: int = 1000, room: int = 16 * 1024 * 1024) -> None:
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.discarded = 0
        self._capacity, self._room, self._sizes, self._size = capacity, room, dict[Key, int](), 0

    def __len__(self) -> int:
        return len(self.entries)

    def keep(self, key: Key, entry: Entry, more: int) -> None:
        """Add an entry, or account for `more` bytes of a known one."""
        self.entries[key] = entry
        self._sizes[key] = self._sizes.get(key, 0) + more + _OVERHEAD
        self._size += more + _OVERHEAD
        while len(self.entries) > self._capacity or self._size > self._room:
            self.discard(next(iter(self.entries)))

    def release(self, key: Key, less: int) -> None:
        """Account for `less` bytes that were removed from an entry."""
        if key in self._sizes:
            self._sizes[key] -= less + _OVERHEAD
            self._size -= less + _OVERHEAD

    def pop(self, key: Key) -> None:
        """Remove an entry, if it is there."""
        self._size -= self._sizes.pop(key, 0)
        self.entries.pop(key, None)

    def discard(self, key: Key) -> None:
        """Remove an entry that will never be complete, and count it."""
        self.pop(key)
        self.discarded += 1


class RecentlySeen:
    """A set of bounded size: the oldest member is removed when it is full."""

    def __init__(self, capacity: int = 16_384) -> None:
        self._capacity, self._seen = capacity, dict[object, None]()

    def __contains__(self, what: object) -> bool:
        return what in self._seen

    def add(self, what: object) -> None:
        """Add a member."""
        self._seen[what] = None
        if len(self._seen) > self._capacity:
            del self._seen[next(iter(self._seen))]
