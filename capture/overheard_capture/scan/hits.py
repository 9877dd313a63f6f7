"""Hits: the places where a secret was seen, without duplicates, and limited in number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from overheard.words.layer import LayerKind, Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.findings import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.provenance.origin import Place
    from overheard_capture.search import Match, Search

# The maximum number of hits that are kept for each secret; further ones are only counted.
_MAX_HITS = 1000
# The same for each value of a kind of credential, and the maximum number of values of a kind.
_MAX_OF_VALUE, _MAX_VALUES = 20, 1000


class Hit(NamedTuple):
    """An occurrence of a secret, and its flow: outside flows, `stream` is -1 and `direction` empty."""

    occurrence: Occurrence
    stream: int
    direction: str


class HitTable:
    """All hits, by index of the secret or, with `by_value`, by index of the kind of a credential and its value."""

    def __init__(self, *, by_value: bool = False) -> None:
        self._by_value = by_value
        self._most = _MAX_OF_VALUE if by_value else _MAX_HITS
        self._hits: dict[tuple[object, ...], Hit] = {}
        # By secret, or by kind and value. Those of values beyond the maximum are of the empty value.
        self._kept: Counter[int | tuple[int, bytes]] = Counter()
        self._values: Counter[int] = Counter()
        # The number of hits that were not kept.
        self.omitted: Counter[int | tuple[int, bytes]] = Counter()

    @classmethod
    def of_search(cls, search: Search) -> HitTable:
        """A table for what a search finds: without secrets, these are credentials."""
        return cls(by_value=not search.secrets)

    def add(self, hit: Hit) -> None:
        """Add a hit, unless there is one at the same place."""
        occurrence = hit.occurrence
        secret = occurrence.match.secret
        place = (secret, occurrence.match.spelling, occurrence.layers, occurrence.place.frame, occurrence.place.offset)
        key = (*place, occurrence.position) if occurrence.layers else place
        if key in self._hits:
            if self._hits[key].stream < 0 <= hit.stream:
                self._hits[key] = hit
            return
        whose = self._whose(hit) if self._by_value else secret
        if self._kept[whose] >= self._most or whose == (secret, b""):
            self.omitted[whose] += 1
            return
        self._kept[whose] += 1
        self._hits[key] = hit

    def add_outside(self, match: Match, place: Place, shown: bytes, before: bytes, after: bytes) -> None:
        """Add a match outside flows."""
        self.add(Hit(Occurrence(match, place, (), place.offset, shown, before, after), -1, ""))

    def _whose(self, hit: Hit) -> tuple[int, bytes]:
        """The kind and value of a hit; without the value, if there are too many."""
        kind, value = hit.occurrence.match.secret, hit.occurrence.matched
        if (kind, value) not in self._kept:
            if self._values[kind] >= _MAX_VALUES:
                return kind, b""
            self._values[kind] += 1
        return kind, value

    def add_all(self, other: HitTable) -> None:
        """Add all hits of another table."""
        for hit in other._hits.values():
            self.add(hit)
        self.omitted += other.omitted

    @property
    def secrets(self) -> list[int]:
        """The indexes of the secrets, or kinds of credentials, that have hits."""
        return sorted({hit.occurrence.match.secret for hit in self._hits.values()})

    def of(self, secret: int) -> list[Hit]:
        """The hits of one secret, in the order of frames and offsets."""
        hits = [hit for hit in self._hits.values() if hit.occurrence.match.secret == secret]
        return sorted(_without_duplicates(hits), key=_order)


def _order(hit: Hit) -> tuple[int, int, int, Layers, str]:
    place = hit.occurrence.place
    return place.frame, place.offset, hit.occurrence.position, hit.occurrence.layers, hit.occurrence.match.spelling


def _without_duplicates(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Leave out hits that were also seen at the same place under fewer layers."""
    places: dict[tuple[int, Layers], list[Hit]] = {}
    hits = list(hits)
    for hit in hits:
        for frame in hit.occurrence.place.frames:
            places.setdefault((frame, hit.occurrence.layers), []).append(hit)
    for hit in hits:
        if not any(_contains(hit, other) for other in _under_fewer_layers(hit, places)):
            yield hit


def _under_fewer_layers(hit: Hit, places: dict[tuple[int, Layers], list[Hit]]) -> Iterator[Hit]:
    layers = hit.occurrence.layers
    while layers and layers[-1].kind is LayerKind.SPELLED:
        layers = layers[:-1]
        for frame in hit.occurrence.place.frames:
            yield from places.get((frame, layers), ())


def _contains(hit: Hit, other: Hit) -> bool:
    """Whether the place of `other` is inside the bytes that were decoded for `hit`."""
    place, other_place = hit.occurrence.place, other.occurrence.place
    if place.frame != other_place.frame:
        return set(other_place.frames) <= set(place.frames)
    return place.offset <= other_place.offset < place.offset + max(place.length, 1)
