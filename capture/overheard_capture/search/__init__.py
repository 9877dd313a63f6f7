"""Search: finds every spelling of every secret in bytes, in one pass.

A promise: the matches do not depend on the engine, nor on the bytes around them.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.named_tuple import NamedTuple
from overheard.words.secret import Secret
from overheard.words.spelling import patterns
from overheard_capture.search.engines import engine_for
from overheard_capture.search.matcher import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from overheard.words.spelling import Look, Shape, Spelling
    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.search.matcher import MatchedRange

__all__ = ["Match", "Search", "search_for"]

# The index of a secret, the start and end of a spelling of it, and the spelling's name.
Candidate: TypeAlias = tuple[int, int, int, str]

# How many bytes before and after a match are kept for display.
_CONTEXT = 96


class Match(NamedTuple):
    """A match: the index of the secret, the spelling, and the offset and length in the searched bytes.

    `lead` and `trail` bytes at its beginning and end are no part of what is sighted: a credential is known by them.
    """

    secret: int
    spelling: str
    offset: int
    length: int
    lead: int = 0
    trail: int = 0

    @property
    def sighted(self) -> tuple[int, int]:
        """The offset and length of what is sighted."""
        return self.offset + self.lead, self.length - self.lead - self.trail

    def excerpt(self, data: Bytes) -> tuple[bytes, bytes, bytes]:
        """For display: what is sighted in `data`, and up to 96 bytes before and after it."""
        start, length = self.sighted
        end = start + length
        return bytes(data[start:end]), bytes(data[max(start - _CONTEXT, 0) : start]), bytes(data[end : end + _CONTEXT])


class Search:
    """A compiled search for all spellings of some secrets.

    It is safe to use from several threads. `engine` is `hyperscan`, `re`, or `auto` for the best one available. With
    `large_input`, `auto` compiles for Hyperscan at once; without it, only when more than a little data was searched.
    """

    def __init__(
        self,
        secrets: Secret | Sequence[Secret],
        *,
        any_case: bool = False,
        engine: str = "auto",
        large_input: bool = True,
    ) -> None:
        self.secrets: tuple[Secret, ...] = (secrets,) if isinstance(secrets, Secret) else tuple(secrets)
        self.any_case = any_case
        self.spellings: list[Spelling] = []
        self._shapes: list[list[Shape]] = []
        self._ranks: list[dict[str, int]] = []
        self._looks: list[Look] = []
        # For each look, the index of its secret, and the function that verifies a hit.
        self._verifiers: list[tuple[int, Callable[[Bytes, int], MatchedRange | None]]] = []
        for number, secret in enumerate(self.secrets):
            self._compile(number, secret, any_case=any_case)
        self._engine = engine_for(self._looks, engine, large_input=large_input)

    def _compile(self, number: int, secret: Secret, *, any_case: bool) -> None:
        found = patterns(secret.value, any_case=any_case)
        for pattern in found:
            matcher = Matcher(pattern)
            self._looks.append(pattern.ends)
            self._verifiers.append((number, matcher.match_from_end))
            if pattern.begins:
                self._looks.append(pattern.begins)
                self._verifiers.append((number, matcher.match_from_beginning))
        self._shapes.append([pattern.shape for pattern in found])
        names = dict.fromkeys(spelling for pattern in found for spelling in pattern.spellings)
        self._ranks.append({spelling.name: rank for rank, spelling in enumerate(names)})
        self.spellings = list(dict.fromkeys((*self.spellings, *names)))

    @cached_property
    def longest(self) -> int:
        """The most bytes that a secret can be, in any spelling."""
        return max((shape.longest for shapes in self._shapes for shape in shapes), default=0)

    @cached_property
    def shortest(self) -> int:
        """The fewest bytes that a secret can be, in any spelling."""
        return min((shape.shortest for shapes in self._shapes for shape in shapes), default=1 << 62)

    @property
    def secret(self) -> Secret:
        """The first secret."""
        return self.secrets[0]

    @property
    def engine(self) -> str:
        """The name of the engine in use."""
        return self._engine.name

    def matches(self, data: Bytes) -> list[Match]:
        """All matches in `data`, by offset, without those that contain a match of a plainer spelling.

        Matches may overlap, and several spellings may match at the same offset. So a match in a part of `data` is also
        found in all of it.
        """
        hits = self._engine.hits(data)
        if not hits:
            return []
        places: set[Candidate] = set()
        for look, end in hits:
            secret, verify = self._verifiers[look]
            if matched_range := verify(data, end):
                places.add((secret, *matched_range))
        found = [Match(secret, name, start, end - start) for secret, start, end, name in self._plainest(places)]
        return sorted(found, key=itemgetter(2, 0, 3))

    def _plainest(self, places: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates that contain no other whose spelling is as plain or plainer."""
        ordered = sorted(places)
        for at, place in enumerate(ordered):
            if not _may_contain(place, ordered, at):
                yield place
                continue
            rank = self._ranks[place[0]]
            if not any(rank[other[3]] <= rank[place[3]] for other in _inside(place, ordered, at)):
                yield place

    def typed(self, prompt: bytes, line: bytes) -> Match | None:  # noqa: ARG002 - secrets are found in bytes
        """A match of a line that was typed at a prompt, if that tells what it is; it has no place in any bytes."""
        return None

    def redact(self, text: str) -> str:
        """`text`, or the redacted form of the secret if it contains one."""
        matches = self.matches(text.encode(errors="replace"))
        return self.secrets[matches[0].secret].redacted if matches else text

    @cached_property
    def _chances(self) -> list[float]:
        """For each secret, a bound of the expected number of matches in one random byte."""
        return [sum(shape.chance for shape in shapes) for shapes in self._shapes]

    def chance(self, searched: int, secret: int | None = None) -> float:
        """An upper bound of the expected number of random matches in `searched` random bytes.

        It is for all secrets, or for one. Each byte of a secret makes a match 256 times less likely; all its spellings
        together are about 30 times as likely as the plain one. Text is not random: a common word occurs in it more
        often than this bound.
        """
        return searched * (sum(self._chances) if secret is None else self._chances[secret])


def _may_contain(place: Candidate, ordered: Sequence[Candidate], at: int) -> bool:
    """Whether a neighbour may lie within `place`: a cheap test, as most matches have none."""
    after = ordered[at + 1 : at + 2]
    return (at > 0 and ordered[at - 1][1] == place[1]) or (bool(after) and after[0][1] < place[2])


def _inside(place: Candidate, ordered: Sequence[Candidate], at: int) -> Iterator[Candidate]:
    """The candidates within `place`, which is at index `at` of the ordered ones."""
    secret, start, end, _ = place
    while at and ordered[at - 1][:2] == (secret, start):
        at -= 1
    while at < len(ordered) and ordered[at][0] == secret and ordered[at][1] < end:
        if ordered[at][2] <= end and ordered[at] != place:
            yield ordered[at]
        at += 1


@lru_cache(maxsize=8)
def search_for(secrets: tuple[Secret, ...], *, any_case: bool = False, large_input: bool = True) -> Search:
    """A cached search for these secrets: compiling one for large input takes a tenth of a second."""
    return Search(secrets, any_case=any_case, large_input=large_input)
