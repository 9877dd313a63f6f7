"""Parts that wait for others, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Key = TypeVar("Key", bound="Hashable")
Entry = TypeVar("Entry")

# What an object takes beside its bytes, so that a flood of tiny parts is bounded, too.
_OVERHEAD = 400


class ReassemblyTable(Generic[Key, Entry]):
    """Entries that are not complete, from the oldest on. The oldest are given up when there are too many."""

    def __init__(self, most: int = 1000, room: int = 16 * 1024 * 1024) -> None:
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.given_up = 0
        self._most, self._room, self._sizes, self._size = most, room, dict[Key, int](), 0

    def __len__(self) -> int:
        return len(self.entries)

    def keep(self, key: Key, entry: Entry, more: int) -> None:
        """Keep an entry that was not there, or has `more` bytes than it had."""
        self.entries[key] = entry
        self._sizes[key] = self._sizes.get(key, 0) + more + _OVERHEAD
        self._size += more + _OVERHEAD
        while len(self.entries) > self._most or self._size > self._room:
            self.give_up(next(iter(self.entries)))

    def release(self, key: Key, less: int) -> None:
        """A part of an entry, of so many bytes, waits no more."""
        if key in self._sizes:
            self._sizes[key] -= less + _OVERHEAD
            self._size -= less + _OVERHEAD

    def pop(self, key: Key) -> None:
        """Take out an entry, if it is there."""
        self._size -= self._sizes.pop(key, 0)
        self.entries.pop(key, None)

    def give_up(self, key: Key) -> None:
        """Take out an entry that will never be complete."""
        self.pop(key)
        self.given_up += 1


class RecentlySeen:
    """What was seen lately."""

    def __init__(self, most: int = 16_384) -> None:
        self._most, self._seen = most, dict[object, None]()

    def __contains__(self, what: object) -> bool:
        return what in self._seen

    def add(self, what: object) -> None:
        """Remember it, and forget what is oldest."""
        self._seen[what] = None
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
