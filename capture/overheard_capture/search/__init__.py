"""The search: every spelling of every secret, looked for in bytes at once.

A promise: what is found does not depend on the engine, nor on what else is in the bytes.
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from overheard.words.secret import Secret
from overheard.words.spelling import patterns
from overheard_capture.search.engines import engine_for
from overheard_capture.search.matcher import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from overheard.words.spelling import Look, Spelling
    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.search.matcher import Stretch

__all__ = ["Match", "Search", "search_for"]

# The number of a secret, where a spelling of it begins and ends, and what that is called.
Place: TypeAlias = tuple[int, int, int, str]

# How many bytes before and after a match are kept for the eye.
_AROUND = 96


class Match(NamedTuple):
    """A spelling of a secret (the first is 0) at `offset` of the bytes that were searched."""

    secret: int
    spelling: str
    offset: int
    length: int

    def excerpt(self, data: Bytes) -> tuple[bytes, bytes, bytes]:
        """For the eye: what was found in `data`, and the bytes before and after it."""
        start, end = self.offset, self.offset + self.length
        return bytes(data[start:end]), bytes(data[max(start - _AROUND, 0) : start]), bytes(data[end : end + _AROUND])


class Search:
    """All spellings of some secrets, ready to be looked for.

    It may be used by several threads at once. `engine` is `hyperscan`, `re`, or the better that is to be had.
    """

    def __init__(self, secrets: Secret | Sequence[Secret], *, any_case: bool = False, engine: str = "auto") -> None:
        self.secrets: tuple[Secret, ...] = (secrets,) if isinstance(secrets, Secret) else tuple(secrets)
        self.any_case = any_case
        self.spellings: list[Spelling] = []
        self.longest = 0
        self._chances: list[float] = []
        self._plainness: list[dict[str, int]] = []
        self._looks: list[Look] = []
        # For each of the looks, whose it is and what is to be done about it.
        self._closer: list[tuple[int, Callable[[Bytes, int], Stretch | None]]] = []
        for number, secret in enumerate(self.secrets):
            self._take(number, secret, any_case=any_case)
        self._engine = engine_for(self._looks, engine)

    def _take(self, number: int, secret: Secret, *, any_case: bool) -> None:
        found = patterns(secret.value, any_case=any_case)
        for pattern in found:
            matcher = Matcher(pattern)
            self._looks.append(pattern.ends)
            self._closer.append((number, matcher.ending))
            if pattern.begins:
                self._looks.append(pattern.begins)
                self._closer.append((number, matcher.beginning))
        self.longest = max(self.longest, *(pattern.shape.longest for pattern in found))
        self._chances.append(sum(pattern.shape.chance for pattern in found))
        names = dict.fromkeys(spelling for pattern in found for spelling in pattern.spellings)
        self._plainness.append({spelling.name: rank for rank, spelling in enumerate(names)})
        self.spellings = list(dict.fromkeys((*self.spellings, *names)))

    @property
    def secret(self) -> Secret:
        """The only secret, or the first."""
        return self.secrets[0]

    @property
    def engine(self) -> str:
        """The engine that is in use."""
        return self._engine.name

    def matches(self, data: Bytes) -> list[Match]:
        """Every place in `data` where a secret stands, in their order; what holds a plainer one is not told.

        A place may overlap with another, and what begins at one byte may have several names. So whatever bytes hold a
        place, it is found in them.
        """
        hits = self._engine.hits(data)
        if not hits:
            return []
        places: set[Place] = set()
        for look, end in hits:
            secret, closer = self._closer[look]
            if stretch := closer(data, end):
                places.add((secret, *stretch))
        found = [Match(secret, name, start, end - start) for secret, start, end, name in self._plainest(places)]
        return sorted(found, key=itemgetter(2, 0, 3))

    def _plainest(self, places: Iterable[Place]) -> Iterator[Place]:
        """Those that hold no other that is as plain or plainer."""
        ordered = sorted(places)
        for at, place in enumerate(ordered):
            if not _meets(place, ordered, at):
                yield place
                continue
            rank = self._plainness[place[0]]
            if not any(rank[other[3]] <= rank[place[3]] for other in _inside(place, ordered, at)):
                yield place

    def without(self, text: str) -> str:
        """`text`, or what to say in its place where a secret stands in it."""
        matches = self.matches(text.encode(errors="replace"))
        return self.secrets[matches[0].secret].redacted if matches else text

    def chance(self, searched: int, secret: int | None = None) -> float:
        """How many matches to expect by mere chance in `searched` random bytes: an upper bound.

        That is of all secrets, or of one. Each byte that a secret has makes it 256 times less likely; its spellings
        together are some 30 times as likely as it is as it stands. Text is not random: a secret that is a common word
        is to be expected in it, whatever this says.
        """
        return searched * (sum(self._chances) if secret is None else self._chances[secret])


def _meets(place: Place, ordered: Sequence[Place], at: int) -> bool:
    """Whether another may lie within `place`: mostly there is none near it."""
    after = ordered[at + 1 : at + 2]
    return (at > 0 and ordered[at - 1][1] == place[1]) or (bool(after) and after[0][1] < place[2])


def _inside(place: Place, ordered: Sequence[Place], at: int) -> Iterator[Place]:
    """What begins and ends within `place`, which is at `at` of all places in their order."""
    secret, start, end, _ = place
    while at and ordered[at - 1][:2] == (secret, start):
        at -= 1
    while at < len(ordered) and ordered[at][0] == secret and ordered[at][1] < end:
        if ordered[at][2] <= end and ordered[at] != place:
            yield ordered[at]
        at += 1


@lru_cache(maxsize=8)
def search_for(secrets: tuple[Secret, ...], *, any_case: bool = False) -> Search:
    """The same search for the same secrets: to make one takes a tenth of a second."""
    return Search(secrets, any_case=any_case)
