"""What is searched for: the shapes of a secret, part by part, and the anchors that find candidates."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from overheard.words.frozen import dataclass
from overheard.words.named_tuple import NamedTuple
from overheard.words.spelling.look import Exactly, Look, OneOf, either, exactly, perhaps, row

if TYPE_CHECKING:
    from collections.abc import Callable

# How many parts at the end of a secret are searched for to find candidates, and how many at least, if an expression for
# them is long: Hyperscan takes seconds to compile those of many escapes. And how many bytes of an escape.
_PARTS, _FEWEST_PARTS, _LONG = 8, 4, 1850
_BYTES = 4
# How often a rare separator may occur between the parts of one secret.
_RARELY = 2


@dataclass(frozen=True)
class Shape:
    """Parts in sequence, with what may come between two of them: at any gap (`often`), or at few gaps (`rarely`)."""

    parts: tuple[Look, ...]
    between: Look | None = None
    often: Look | None = None
    rarely: Look | None = None

    @cached_property
    def gap(self) -> Look | None:
        """Whatever may come between two parts."""
        optional = [gap for gap in (self.often, self.rarely) if gap]
        return perhaps(either(*optional)) if optional else self.between

    @property
    def look(self) -> Look:
        """The whole shape as one look."""
        if self.gap is None:
            return row(*self.parts)
        return row(self.parts[0], *(look for part in self.parts[1:] for look in (self.gap, part)))

    @cached_property
    def shortest(self) -> int:
        """The fewest bytes that it can match."""
        gap = self.between.shortest if self.between else 0
        return sum(part.shortest for part in self.parts) + gap * (len(self.parts) - 1)

    @cached_property
    def longest(self) -> int:
        """The most bytes that it can match."""
        gaps = len(self.parts) - 1
        often = gaps * max(gap.longest if gap else 0 for gap in (self.between, self.often))
        rarely = min(gaps, _RARELY) * (self.rarely.longest if self.rarely else 0)
        return sum(part.longest for part in self.parts) + often + rarely

    @property
    def chance(self) -> float:
        """The probability that random bytes match it at one place, as an upper bound."""
        gap = self.gap.chance if self.gap else 1.0
        return math.prod(part.chance for part in self.parts) * gap ** (len(self.parts) - 1)

    @property
    def literal(self) -> bytes:
        """The only bytes that match it; empty if there are several, or none."""
        if self.gap is None and all(isinstance(part, Exactly) for part in self.parts):
            return b"".join(part.bytes for part in self.parts)
        return b""


class Spelling(NamedTuple):
    """A way to spell a secret: its name, and whether letters match in either case."""

    name: str
    any_case: bool = False


class Kind:
    """The matches of one shape that have the same name. Its own shape is built when a match has to be named."""

    def __init__(self, spelling: Spelling, make: Callable[[], Shape]) -> None:
        self.spelling = spelling
        self._make = make

    @cached_property
    def shape(self) -> Shape:
        """The shape of the matches."""
        return self._make()


class Pattern(NamedTuple):
    """Spellings that are searched for together: their `shape`, and the names of its matches, the plainest first.

    A candidate is a place where a match of `ends` ends, or a match of `begins` begins. A match of none of the `kinds`
    has the name of the last of the `spellings`.
    """

    shape: Shape
    spellings: tuple[Spelling, ...]
    ends: Look
    begins: Look | None = None
    kinds: tuple[Kind, ...] = ()


def literally(name: str, text: bytes) -> Pattern:
    """A spelling with only one look."""
    return Pattern(Shape((exactly(text),)), (Spelling(name),), exactly(text).tail(2 * _PARTS))


def end_of(shape: Shape) -> Look:
    """The look of the last bytes of every match of this shape: the last parts, or less if one of them is escaped.

    The last bytes of an escape are enough. So the search pattern is short, however long a secret is.
    """
    ends = (_end_of(shape, parts) for parts in range(_PARTS, _FEWEST_PARTS, -1))
    return next((end for end in ends if len(end.regex()) <= _LONG), None) or _end_of(shape, _FEWEST_PARTS)


def _end_of(shape: Shape, parts: int) -> Look:
    """All these parts, or those after the last escape or the last gap."""
    end: Look | None = None
    # The last parts that have a brief form. One or more of them follow the last gap.
    after: Look | None = None
    for part in shape.parts[-parts:]:
        plain, escapes = _last_bytes(part)
        if plain and end:
            after = row(perhaps(after), either(*plain)) if after else either(*plain)
            plain = (row(end, either(*plain)),)
        elif end:
            after = None
        end = either(*plain, *escapes)
    gaps = [gap.tail(_BYTES) for gap in (shape.often, shape.rarely) if gap]
    # Gaps are in it once, not before each part: what is compiled for a search is shorter.
    return either(*filter(None, (end, row(either(*gaps), after) if gaps and after else None))) if end else row()


@lru_cache(1024)
def _last_bytes(part: Look) -> tuple[tuple[Look, ...], tuple[Look, ...]]:
    """The forms of a part that are brief, and the last bytes of the others."""
    plain = tuple(form for form in part.forms if _is_brief(form))
    return plain, tuple(form.tail(_BYTES) for form in part.forms if not _is_brief(form))


def _is_brief(form: Look) -> bool:
    return isinstance(form, Exactly | OneOf) or form.shortest < _BYTES - 1
