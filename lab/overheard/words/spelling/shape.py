"""What is looked for: shapes of a secret, a part behind the other, and what finds the places that are worth a look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from overheard.words.spelling.look import Exactly, Look, OneOf, either, exactly, perhaps, row

# How many parts of a secret, from its end, say that a place is worth a closer look; and how many bytes of an escape.
_PARTS = 8
_BYTES = 4
# How often what comes but rarely may come between the parts of one secret.
_RARELY = 2


@dataclass(frozen=True)
class Shape:
    """Parts, and what stands between any two of them; and what may stand there `often`, or `rarely`: twice, say."""

    parts: tuple[Look, ...]
    between: Look | None = None
    often: Look | None = None
    rarely: Look | None = None

    @cached_property
    def gap(self) -> Look | None:
        """Whatever stands between two parts."""
        optional = [gap for gap in (self.often, self.rarely) if gap]
        return perhaps(either(*optional)) if optional else self.between

    @property
    def look(self) -> Look:
        """All of it as one."""
        if self.gap is None:
            return row(*self.parts)
        return row(self.parts[0], *(look for part in self.parts[1:] for look in (self.gap, part)))

    @property
    def longest(self) -> int:
        """How many bytes it takes at most."""
        gaps = len(self.parts) - 1
        often = gaps * max(gap.longest if gap else 0 for gap in (self.between, self.often))
        rarely = min(gaps, _RARELY) * (self.rarely.longest if self.rarely else 0)
        return sum(part.longest for part in self.parts) + often + rarely

    @property
    def chance(self) -> float:
        """How likely random bytes have it at one place, at most."""
        gap = self.gap.chance if self.gap else 1.0
        return math.prod(part.chance for part in self.parts) * gap ** (len(self.parts) - 1)

    @property
    def literal(self) -> bytes:
        """The only bytes that have it; none where there are several, or it is empty."""
        if self.gap is None and all(isinstance(part, Exactly) for part in self.parts):
            return b"".join(part.bytes for part in self.parts)
        return b""


class Spelling(NamedTuple):
    """A way to spell a secret: what it is called, and whether letters match in either case."""

    name: str
    any_case: bool = False


class Kind(NamedTuple):
    """What is called by a name, among all that has one shape."""

    spelling: Spelling
    shape: Shape


@dataclass(frozen=True)
class Pattern:
    """Spellings that are searched for as one: their `shape`, and what to call what has it, the plainest name first.

    A place is worth a closer look where something ends that looks like `ends`, or where something begins that looks
    like `begins`. What is of none of the `kinds` is called by the last of the `spellings`.
    """

    shape: Shape
    spellings: tuple[Spelling, ...]
    ends: Look
    begins: Look | None = None
    kinds: tuple[Kind, ...] = ()


def literally(name: str, text: bytes) -> Pattern:
    """A spelling that looks one way alone."""
    return Pattern(Shape((exactly(text),)), (Spelling(name),), exactly(text).tail(2 * _PARTS))


def end_of(shape: Shape) -> Look:
    """What the last bytes of all that has this shape look like: the last parts, or less where one of them is escaped.

    Of an escape its own last bytes are enough. So what is searched for is short, however long a secret is.
    """
    end = None
    gaps = [gap.tail(_BYTES) for gap in (shape.often, shape.rarely) if gap]
    for part in shape.parts[-_PARTS:]:
        plain = [form for form in part.forms if _is_brief(form)]
        escapes = [form.tail(_BYTES) for form in part.forms if not _is_brief(form)]
        if plain and end:
            plain = [row(either(end, *gaps), either(*plain))]
        end = either(*plain, *escapes)
    return end or row()


def _is_brief(form: Look) -> bool:
    return isinstance(form, Exactly | OneOf) or form.shortest < _BYTES - 1
