"""Phrases, and where they are in a text: word by word, whole words only, the longest that begins at each place."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Generic, TypeVar

from overheard.words.pasted import CUT, END, Pasted, words

_T = TypeVar("_T")
_Meant = tuple[tuple["Phrase", _T], ...]

# The most words that `...` stands for.
_GAP = 16
# A phrase that was cut off counts after so many whole words, one less if it was cut within a word, and if it can mean
# no more than so many things.
_FEWEST_WORDS, _MOST_MEANT = 3, 5


@dataclass(frozen=True)
class Phrase:
    """Words in a row. `...` is up to 16 words, a final `$` the end of a line.

    After `&` are words that must be near by as well, after `!` words that must not be.
    """

    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Phrase:
        """The phrase that is written as `words & needed ! excluded`."""
        said, *unless = text.split(" ! ")
        said, *needs = said.split(" & ")
        last = (END,) if said.endswith(" $") else ()
        return cls(
            (*_split(said), *last), *(tuple(" ".join(_split(each)) for each in each) for each in (needs, unless))
        )

    def can_fit(self, known: Container[str]) -> bool:
        """Whether a text with these words can have what the phrase needs."""
        return all(each.split(" ", 1)[0] in known for each in self.needs)

    def fits(self, around: str) -> bool:
        """Whether the words around it are as it demands: with a blank between two, or `END` wherever a line ends."""
        return all(_is_in(around, each) for each in self.needs) and not any(
            _is_in(around, each) for each in self.unless
        )


def _is_in(around: str, phrase: str) -> bool:
    return f" {phrase} " in around or _over_lines(phrase).search(around) is not None


@cache
def _over_lines(phrase: str) -> re.Pattern[str]:
    """The words of a phrase, where lines end between or within them."""
    letters = "\n?".join(phrase).replace("\n? \n?", "[ \n]")
    return re.compile(rf"(?<![a-z0-9]){letters}(?![a-z0-9])")


def _split(text: str) -> list[str]:
    return [word for word in words([text]) if word != END]


@dataclass(frozen=True)
class Match(Generic[_T]):
    """Where phrases are in a text, and what they mean. `end` is the index of the word behind them."""

    begin: int
    end: int
    meant: _Meant[_T]


@dataclass
class _Node(Generic[_T]):
    """What phrases that begin alike mean, and how they go on."""

    meant: _Meant[_T] = ()
    then: dict[str, _Node[_T]] = field(default_factory=dict)

    @cached_property
    def heads(self) -> set[str]:
        """The beginnings of the words that can follow."""
        return {word[:size] for word in self.then for size in range(1, len(word))}

    def add(self, phrase: Phrase, meaning: _T) -> None:
        node = self
        for word in phrase.words:
            node = node.then.setdefault(word, _Node())
        node.meant = (*node.meant, (phrase, meaning))

    def all_meant(self) -> _Meant[_T]:
        return (*self.meant, *(each for node in self.then.values() for each in node.all_meant()))


class Phrasebook(Generic[_T]):
    """Phrases with their meanings; complete before it is asked."""

    def __init__(self) -> None:
        self._root: _Node[_T] = _Node()

    def add(self, phrase: str, meaning: _T) -> None:
        """Add a phrase, as `Phrase.read` reads it."""
        self._root.add(Phrase.read(phrase), meaning)

    def matches(self, text: Pasted) -> Iterator[Match[_T]]:
        """Each phrase in the text, in order; those within another one are left out."""
        behind = 0
        for at in self._begins(text):
            if at >= behind and (match := self._longest(text, at)):
                behind = match.end
                yield match

    def _begins(self, text: Pasted) -> Iterator[int]:
        """Where a phrase may begin: at a first word, or at the beginning of one that goes on in the next line."""
        found, first, heads = text.words, self._root.then, self._root.heads
        begun = first.keys() | heads
        for at in [at for at, word in enumerate(found) if word in begun]:
            word = found[at]
            if word in first or (
                found[at + 1] == END and any(word + found[rest] in begun for rest in text.joined(at + 1))
            ):
                yield at

    def _longest(self, text: Pasted, at: int) -> Match[_T] | None:
        node, end, found = self._root, at, text.words
        best: Match[_T] | None = None
        # Nearly all text is in the middle of a line, where there is one way to read it.
        while (word := found[end]) in node.then and word != END:
            node, end = node.then[word], end + 1
            if CUT in node.then:
                return self._longest_of_all(text, at)
            if node.meant:
                best = Match(at, end, node.meant)
        if word in (END, CUT) or (word in node.heads and found[end + 1] in (END, CUT)):
            return self._longest_of_all(text, at)
        return best

    def _longest_of_all(self, text: Pasted, at: int) -> Match[_T] | None:
        found = max(_walk(self._root, text, at, 0, starts=[at]), key=lambda each: each[0], default=None)
        return Match(at, *found) if found else None


def _walk(
    node: _Node[_T], text: Pasted, at: int, depth: int, *, starts: Sequence[int] | None = None
) -> Iterator[tuple[int, _Meant[_T]]]:
    """The ends of all phrases from `node` on that are in the text from `at` on, and what they mean."""
    if node.meant:
        yield at, node.meant
    if END in node.then and text.words[at] == END:
        yield from _walk(node.then[END], text, at, depth)
    if CUT in node.then:
        gap = node.then[CUT]
        for begin in _skipped(gap, text, at):
            # Nothing is cut off within a gap.
            yield from _walk(gap, text, begin, 0, starts=[begin])
    for start in text.after(at) if starts is None else starts:
        for word, end in _readings(node, text, start):
            if word in node.then:
                yield from _walk(node.then[word], text, end, depth + 1)
            elif depth >= _FEWEST_WORDS - 1 and len(word) > 1 and word in node.heads and text.is_over(end):
                yield from _cut(end, *(after for name, after in node.then.items() if name.startswith(word)))
    if depth >= _FEWEST_WORDS and not node.meant and text.is_over(at):
        yield from _cut(at, node)


def _readings(node: _Node[_T], text: Pasted, at: int, begun: str = "") -> Iterator[tuple[str, int]]:
    """The word at `at`, alone and with what follows in the next lines, as long as that can be a word of a phrase."""
    word = begun + text.words[at]
    yield word, at + 1
    if text.words[at + 1] == END and word in node.heads:
        for rest in text.joined(at + 1):
            yield from _readings(node, text, rest, word)


def _skipped(gap: _Node[_T], text: Pasted, at: int) -> Iterator[int]:
    """The places from `at` on, as far as a gap can reach, where a phrase can go on."""
    skipped = 0
    for begin in range(at, min(at + 2 * _GAP, len(text.words) - 1)):
        word = text.words[begin]
        if word in gap.then or (word in gap.heads and text.words[begin + 1] == END):
            yield begin
        skipped += word not in (END, CUT)
        if skipped > _GAP:
            return


def _cut(end: int, *nodes: _Node[_T]) -> Iterator[tuple[int, _Meant[_T]]]:
    meant = tuple(each for node in nodes for each in node.all_meant())
    if len({id(meaning) for _, meaning in meant}) <= _MOST_MEANT:
        yield end, meant
