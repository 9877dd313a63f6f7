"""Looks for every spelling of a secret in bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard.words.spelling import Spelling, spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.secret import Secret


@dataclass(frozen=True)
class Match:
    """A spelling at `offset` of the bytes that were searched."""

    spelling: str
    offset: int
    length: int


class Search:
    """All spellings of one secret, ready to be looked for."""

    def __init__(self, secret: Secret) -> None:
        self.secret = secret
        self.spellings: list[Spelling] = spellings(secret.value)
        self._patterns = [
            (spelling, re.compile(re.escape(spelling.pattern), re.IGNORECASE if spelling.any_case else 0))
            for spelling in self.spellings
        ]

    def matches(self, data: bytes | bytearray) -> Iterator[Match]:
        """Every place in `data` where a spelling stands."""
        for spelling, pattern in self._patterns:
            for match in pattern.finditer(data):
                yield Match(spelling.name, match.start(), len(spelling.pattern))

    def without(self, text: str) -> str:
        """`text`, or what to say in its place where the secret stands in it."""
        return self.secret.redacted if any(self.matches(text.encode(errors="replace"))) else text

    def chance(self, searched: int) -> float:
        """How many matches to expect by mere chance in `searched` random bytes: an upper bound."""
        return searched * sum(_chance(spelling) for spelling in self.spellings)


def _chance(spelling: Spelling) -> float:
    letters = sum(bytes([byte]).isalpha() for byte in spelling.pattern) if spelling.any_case else 0
    return 2.0**letters * 256.0 ** -len(spelling.pattern)
