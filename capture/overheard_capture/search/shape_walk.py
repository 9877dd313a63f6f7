"""A walk along the shape of a secret: how many bytes of a text match it."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from overheard.words.spelling.look import either, exactly, first_of, perhaps, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard.words.spelling import Look, Shape

# How many parts of a secret one step matches. A regular expression for all parts of a long secret would take a second
# to compile.
_PARTS_PER_STEP = 64
# Forms of a character of at most this many bytes are tried before all others: the character itself, or one escape. So
# are, in a secret of several steps, forms of a sign that may be this short: encoders escape signs alone. Between two
# characters, so is a line end, as it is or in a string.
_SHORT_FORM, _SHORT_FORM_OF_SIGN = 2, 6
_LINE_ENDS = (b"\n", b"\r\n", b"\\n", b"\\r\\n")
# A part of at least so many forms is a blank or a sign, which may be escaped twice: the same bytes may be several of
# its forms. With more of these in a step, a regular expression would try them in every combination.
_AMBIGUOUS, _MOST_AMBIGUOUS = 15, 8
# How many parts of a step are matched before all of it is compiled, which takes 0.1 s: hardly any text that is there by
# chance goes on like the secret. The next part is a lookahead.
_PARTS_OF_HEAD = 3
# The most matches whose length is cached.
_MAX_CACHED = 1000


class _Part:
    """A part of a shape, to be matched by itself."""

    def __init__(self, look: Look, *, backwards: bool) -> None:
        self.shortest, self.longest = look.shortest, look.longest
        self._look, self._backwards = look, backwards

    @cached_property
    def regex(self) -> re.Pattern[bytes]:
        """Compiled once the parts before it match."""
        return re.compile(self._look.regex(backwards=self._backwards))

    def ends(self, text: bytes, begin: int) -> Iterator[int]:
        """Each place where a match that begins here can end."""
        return (begin + length for length in _lengths(self, text[begin : begin + self.longest]))


# A secret of the same characters again and again is compared with the same bytes at each of them.
@lru_cache(4096)
def _lengths(part: _Part, text: bytes) -> list[int]:
    """The length of each match of a part at the beginning of `text`."""
    return [length for length in range(part.shortest, len(text) + 1) if part.regex.fullmatch(text, 0, length)]


@lru_cache(1024)
def _part_of(look: Look, *, backwards: bool) -> _Part:
    return _Part(look, backwards=backwards)


class ShapeWalk:
    """Matches bytes against a shape, step by step.

    Where the shortest match is wanted, and not the first, a single step compares the first `by_parts` parts one by
    one: a regular expression for all of them takes as long to compile, and most hits differ in the first bytes.
    """

    def __init__(self, shape: Shape, *, backwards: bool = False, by_parts: int = 0) -> None:
        self._shape = shape
        self._backwards = backwards
        self._parts = shape.parts[::-1] if backwards else shape.parts
        steps = -(-len(self._parts) // _PARTS_PER_STEP)
        self._short_steps: list[re.Pattern[bytes] | None] = [None] * steps
        self._steps: list[re.Pattern[bytes] | None] = [None] * steps
        self._heads: list[re.Pattern[bytes] | None] = [None] * steps
        self._ambiguous: list[bool | None] = [None] * steps
        self._by_parts = 0 if self.is_long else by_parts
        self._single: dict[int, list[_Part]] = {}
        self._lengths: dict[bytes, int] = {}

    @property
    def longest(self) -> int:
        """The maximum length of a match, in bytes."""
        return self._shape.longest

    @cached_property
    def first_longest(self) -> int:
        """The maximum length of a match of the first step, in bytes."""
        gap = self._shape.gap
        return sum(part.longest for part in self._parts[: _PARTS_PER_STEP + 1]) + _PARTS_PER_STEP * (
            gap.longest if gap else 0
        )

    @cached_property
    def _shortest(self) -> list[int]:
        """For each step, the fewest bytes that can match it and all that follow it."""
        gap = self._shape.between.shortest if self._shape.between else 0
        each = [part.shortest + gap for part in self._parts]
        return [sum(each[first:]) - gap * (not first) for first in range(0, len(each), _PARTS_PER_STEP)]

    def match_length(self, text: bytes, steps: int | None = None) -> int:
        """The length of the match of all steps, or the first `steps`, at the beginning of `text`; -1 if none."""
        at = 0
        for number, short in enumerate(self._short_steps[:steps]):
            # Near the beginning of the data, a secret that repeats itself has many hits with too few bytes before them.
            if steps is None and len(text) - at < self._shortest[number]:
                return -1
            match = (short or self._short_step(number)).match(text, at)
            if match is None and not (self._steps[number] or self._head(number).match(text, at)):
                return -1
            if match is None and self._goes_by_parts(number):
                at = self._end_by_parts(number, text, at)
                if at < 0:
                    return -1
                continue
            match = match or (self._steps[number] or self._step(number)).match(text, at)
            if match is None:
                return -1
            at = match.end()
        return at

    def shortest_length(self, text: bytes) -> int:
        """The length of the shortest match of a single step at the beginning of `text`, which is a match as a whole."""
        length = self._lengths.get(text) or self._end_by_parts(0, text, 0)
        if len(self._lengths) < _MAX_CACHED:
            self._lengths[text] = length
        return length

    def _goes_by_parts(self, number: int) -> bool:
        """Whether a text is to be compared with a step by parts, after its short forms."""
        return self._by_parts > 0 or self._is_ambiguous(number)

    def _is_ambiguous(self, number: int) -> bool:
        """Whether a regular expression could take exponential time for a step."""
        if self._ambiguous[number] is None:
            parts = self._parts[number * _PARTS_PER_STEP :][:_PARTS_PER_STEP]
            self._ambiguous[number] = sum(len(part.forms) >= _AMBIGUOUS for part in parts) > _MOST_AMBIGUOUS
        return bool(self._ambiguous[number])

    def _end_by_parts(self, number: int, text: bytes, at: int) -> int:
        """The end of the shortest match of a step, from all places where each part can end; -1 if there is none."""
        reached, parts = {at}, self._parts_of(number)
        for part in parts[:_PARTS_PER_STEP]:
            self._by_parts -= 1
            reached = {end for begin in reached for end in part.ends(text, begin)}
            if not reached:
                return -1
        for ahead in parts[_PARTS_PER_STEP:]:
            reached = {begin for begin in reached if any(ahead.ends(text, begin))}
        return min(reached, default=-1)

    def _parts_of(self, number: int) -> list[_Part]:
        """The parts of a step, each with what may be before it, and the next one, which has to follow."""
        if number not in self._single:
            first, gap = number * _PARTS_PER_STEP, self._shape.gap
            looks = [*self._parts[first:][: _PARTS_PER_STEP + 1]]
            if gap:
                # A row is in the order of the text, and what is between two parts was passed before the second one.
                between = [(look, gap) if self._backwards else (gap, look) for look in looks]
                looks = [look if first + which == 0 else row(*between[which]) for which, look in enumerate(looks)]
            self._single[number] = [_part_of(look, backwards=self._backwards) for look in looks]
        return self._single[number]

    @property
    def is_long(self) -> bool:
        """Whether there is more than one step."""
        return len(self._steps) > 1

    def _short_step(self, number: int) -> re.Pattern[bytes]:
        """A step of short forms alone, which compiles faster. A step tries them first, so the match is the same."""
        short = partial(_short_forms, with_signs=self.is_long)
        step = self._compiled(number, self._short_gap, short, atomic=self._is_ambiguous(number))
        self._short_steps[number] = step
        return step

    @cached_property
    def _short_gap(self) -> Look | None:
        """What a short step has between two parts."""
        gap = self._shape.gap
        if gap is None or gap is self._shape.between:
            return gap
        ends = [exactly(end) for end in _LINE_ENDS if re.fullmatch(gap.regex(), end)]
        return perhaps(either(*ends)) if ends else None

    def _head(self, number: int) -> re.Pattern[bytes]:
        """The first parts of a step."""
        head = self._heads[number] or self._compiled(number, self._shape.gap, lambda part: part, most=_PARTS_OF_HEAD)
        self._heads[number] = head
        return head

    def _step(self, number: int) -> re.Pattern[bytes]:
        self._steps[number] = step = self._compiled(number, self._shape.gap, lambda part: part)
        return step

    def _compiled(
        self,
        number: int,
        between: Look | None,
        form: Callable[[Look], Look],
        *,
        most: int = _PARTS_PER_STEP,
        atomic: bool = False,
    ) -> re.Pattern[bytes]:
        """The expression of a step, or of its first parts.

        If it is `atomic`, no other form of a part is tried once one has matched.
        """
        gap = between.regex(backwards=self._backwards) if between else b""
        parts = [
            form(part).regex(backwards=self._backwards) for part in self._parts[number * _PARTS_PER_STEP :][: most + 1]
        ]
        # The next part is a lookahead, or else an escape sequence could be mistaken for a plain character.
        ahead = b"(?=%b%b)" % (gap, parts.pop()) if len(parts) > most else b""
        if atomic:
            parts = [b"(?>%b%b)" % (gap if which or number else b"", part) for which, part in enumerate(parts)]
            return re.compile(b"".join(parts) + ahead)
        return re.compile((gap if number else b"") + gap.join(parts) + ahead)


def _short_forms(part: Look, *, with_signs: bool) -> Look:
    """The short forms of a part; all of it if there are none."""
    most = _SHORT_FORM_OF_SIGN if with_signs and any(map(_is_sign, part.forms)) else 0
    forms = [form for form in part.forms if form.longest <= _SHORT_FORM or form.shortest <= most]
    return first_of(*forms) if forms else part


def _is_sign(form: Look) -> bool:
    return form.longest == 1 and form.bytes.isascii() and not form.bytes.isalnum()
