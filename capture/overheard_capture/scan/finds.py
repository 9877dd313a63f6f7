"""Places where a secret was seen, without duplicates, and bounded in number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import LayerKind, Layers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.content.findings import Occurrence

# The maximum number of places that are kept for each secret; further ones are only counted.
_MOST = 1000


class Find(NamedTuple):
    """An occurrence of a secret and the flow it is in; -1 and an empty direction if it is in none."""

    found: Occurrence
    stream: int
    direction: str


class Finds:
    """All hits, by index of the secret."""

    def __init__(self) -> None:
        self._finds: dict[tuple[object, ...], Find] = {}
        self._kept: Counter[int] = Counter()
        # The number of hits that are not kept.
        self.more: Counter[int] = Counter()

    def add(self, find: Find) -> None:
        """Add a hit, unless there is one at the same place."""
        found = find.found
        secret = found.match.secret
        place = (secret, found.match.spelling, found.layers, found.place.frame, found.place.offset)
        key = (*place, found.position) if found.layers else place
        if key in self._finds:
            if self._finds[key].stream < 0 <= find.stream:
                self._finds[key] = find
            return
        if self._kept[secret] >= _MOST:
            self.more[secret] += 1
            return
        self._kept[secret] += 1
        self._finds[key] = find

    def add_all(self, other: Finds) -> None:
        """Add all hits of another table."""
        for find in other._finds.values():
            self.add(find)
        self.more += other.more

    def of(self, secret: int) -> list[Find]:
        """The hits of one secret, in the order of the wire."""
        finds = [find for find in self._finds.values() if find.found.match.secret == secret]
        return sorted(_once(finds), key=_order)


def _order(find: Find) -> tuple[int, int, int, Layers, str]:
    place = find.found.place
    return place.frame, place.offset, find.found.position, find.found.layers, find.found.match.spelling


def _once(finds: Iterable[Find]) -> Iterator[Find]:
    """Leave out hits that were also seen at the same place under fewer layers."""
    places: dict[tuple[int, Layers], list[Find]] = {}
    finds = list(finds)
    for find in finds:
        for frame in find.found.place.frames:
            places.setdefault((frame, find.found.layers), []).append(find)
    for find in finds:
        if not any(_holds(find, other) for other in _barer(find, places)):
            yield find


def _barer(find: Find, places: dict[tuple[int, Layers], list[Find]]) -> Iterator[Find]:
    layers = find.found.layers
    while layers and layers[-1].kind is LayerKind.SPELLED:
        layers = layers[:-1]
        for frame in find.found.place.frames:
            yield from places.get((frame, layers), ())


def _holds(find: Find, other: Find) -> bool:
    """Whether the place of `other` is inside the bytes that were decoded for `hit`."""
    mine, its = find.found.place, other.found.place
    if mine.frame != its.frame:
        return set(its.frames) <= set(mine.frames)
    return mine.offset <= its.offset < mine.offset + max(mine.length, 1)
