"""Values that were read before, and in which nothing was sighted: the same ones have nothing in them, either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.opaque_values import VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

# How many are remembered, and how long they may be.
_MOST, _LONGEST = 512, 1024


# How many texts in which nothing is are remembered, and how long they may be.
_MOST_EMPTY, _LONGEST_EMPTY = 8 << 10, 512


def read_unless_empty(findings: Findings, layers: Layers, text: bytes, read: Callable[[], None]) -> None:
    """Have a text of infrastructure read, unless it was before, in whichever flow, and nothing was in it."""
    known, before = (layers, text), findings.extent()
    if known in findings.empty_texts:
        return
    read()
    if findings.extent() == before and findings.values.has_room(VALUE) and len(text) <= _LONGEST_EMPTY:
        if len(findings.empty_texts) >= _MOST_EMPTY:
            findings.empty_texts.clear()
        findings.empty_texts.add(known)


class ReadBefore:
    """Remembers values that are read in one way, under the same layers and by the same reader.

    Text repeats tokens, and so do the contents of a direction, such as responses; and hostile text has nothing else.
    """

    __slots__ = ("_sightings", "_values", "_way")

    def __init__(self, findings: Findings, *way: Hashable) -> None:
        self._sightings = findings.sightings
        self._values = findings.read_before
        self._way = way

    def __contains__(self, value: bytes) -> bool:
        return len(value) <= _LONGEST and (self._way, value) in self._values

    @property
    def sighted(self) -> int:
        """How many sightings there are."""
        return len(self._sightings)

    def add(self, value: bytes, before: int) -> None:
        """Remember a value that was read, unless there are more sightings than `before`."""
        if len(value) <= _LONGEST and before == len(self._sightings):
            if len(self._values) >= _MOST:
                self._values.clear()
            self._values.add((self._way, value))


class ReadTogether:
    """Values that are decoded, and searched together later. One that is there again waits: most have nothing."""

    __slots__ = ("_again", "_before", "_first")

    def __init__(self, before: ReadBefore) -> None:
        self._before = before
        self._first: set[bytes] = set()
        self._again: list[tuple[bytes, Origin]] = []

    def add(self, value: bytes) -> None:
        """Add a value that was decoded."""
        self._first.add(value)

    def waits(self, value: bytes, origin: Origin) -> bool:
        """Whether the same value is there already. If so, this one waits as well."""
        if is_there := value in self._first:
            self._again.append((value, origin))
        return is_there

    def search(self, search: Callable[[], None], read: Callable[[bytes, Origin], None]) -> None:
        """Search all of them; if anything is sighted, also `read` those that were there again: each has its place."""
        sighted = self._before.sighted
        search()
        first, again, self._first, self._again = self._first, self._again, set(), []
        for value in first:
            self._before.add(value, sighted)
        if self._before.sighted > sighted:
            for value, origin in again:
                # It is there once more, and does not wait.
                self._first.clear()
                read(value, origin)
            search()
            self._first.clear()
