"""The search for credentials: like that for secrets, with kinds in their place."""

from __future__ import annotations

import bisect
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from overheard.words.spelling.look import exactly, in_either_case
from overheard_capture.credentials.kind import BEFORE, LONGEST, CredentialRange
from overheard_capture.credentials.table import KINDS
from overheard_capture.credentials.typed import TYPED, is_password
from overheard_capture.search import Match, Search
from overheard_capture.search.engines import engine_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.credentials.kind import CredentialKind
    from overheard_capture.provenance.origin import Bytes

# A value that nobody can read may be a credential if it is as long as a short key.
_SHORTEST = 16
_TYPED = KINDS.index(TYPED[0])
_REDACTED = "(a credential)"


class CredentialSearch(Search):
    """A compiled search for credentials. It has no secrets: `Match.secret` is the index of a kind in `KINDS`."""

    def __init__(self, *, engine: str = "auto", large_input: bool = True) -> None:
        self.secrets, self.any_case, self.spellings = (), False, []
        self.longest, self.shortest = LONGEST + 1, _SHORTEST
        anchors = [(number, anchor) for number, kind in enumerate(KINDS) for anchor in kind.anchors]
        looks = [(in_either_case if KINDS[number].any_case else exactly)(anchor) for number, anchor in anchors]
        # For each look, the index of its kind, and its length.
        self._anchors = [(number, len(anchor)) for number, anchor in anchors]
        self._engine = engine_for(looks, engine, large_input=large_input)

    def matches(self, data: Bytes) -> list[Match]:
        """All credentials in `data`, by offset. Of those with bytes in common, the one of the first kind."""
        found: dict[tuple[int, CredentialRange], None] = {}
        for look, end in self._engine.hits(data):
            number, length = self._anchors[look]
            for each in _credentials(KINDS[number], data, end - length):
                found[number, each] = None
        matches = [
            Match(
                number,
                KINDS[number].code,
                each.start,
                each.end - each.start,
                each.value_start - each.start,
                each.end - each.value_end,
            )
            for number, each in _apart(found)
        ]
        return sorted(matches, key=itemgetter(2, 0, 3))

    def typed(self, prompt: bytes, line: bytes) -> Match | None:
        """A match of a password that was typed at a prompt."""
        return Match(_TYPED, KINDS[_TYPED].code, 0, len(line)) if is_password(prompt, line) else None

    def redact(self, text: str) -> str:
        """`text`, or what stands for it if it contains a credential."""
        return _REDACTED if self.matches(text.encode(errors="replace")) else text


def _credentials(kind: CredentialKind, data: Bytes, at: int) -> Iterator[CredentialRange]:
    """The credentials of an anchor. What is far from it has no influence."""
    begin = max(at - BEFORE, 0)
    text = bytes(data[begin : begin + LONGEST])
    for start, end, value_start, value_end in kind.find(text, at - begin):
        yield CredentialRange(begin + start, begin + end, begin + value_start, begin + value_end)


def _apart(found: Iterable[tuple[int, CredentialRange]]) -> Iterator[tuple[int, CredentialRange]]:
    """Those whose values have no byte in common: of several, the first kind, from its beginning to its end."""
    starts: list[int] = []
    ends: list[int] = []
    for number, each in sorted(found, key=lambda one: (one[0], one[1].value_start, -one[1].value_end, one[1])):
        at = bisect.bisect_right(starts, each.value_start)
        if (at and ends[at - 1] > each.value_start) or (at < len(starts) and starts[at] < each.value_end):
            continue
        starts.insert(at, each.value_start)
        ends.insert(at, each.value_end)
        yield number, each


@lru_cache(maxsize=2)
def credential_search(*, large_input: bool = True) -> CredentialSearch:
    """A cached search for credentials."""
    return CredentialSearch(large_input=large_input)
