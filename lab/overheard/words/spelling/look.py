"""Patterns over bytes: a small language that translates to `re` and hyperscan, forwards and backwards."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import cached_property, lru_cache

from overheard.words.spelling.regex import byte_set, literal


class Look(ABC):
    """A pattern over bytes. What it matches has `shortest` bytes at least and `longest` at most.

    `chance` is the probability that random bytes match it at one place: a sum over all matches, so an upper bound.
    A secret has thousands of looks, of which few are measured. Two of a kind are equal if they are made of the same.
    """

    made_of: object

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.made_of == self.made_of

    def __hash__(self) -> int:
        return hash(self.made_of)

    @property
    @abstractmethod
    def shortest(self) -> int:
        """The fewest bytes."""

    @property
    @abstractmethod
    def longest(self) -> int:
        """The most bytes."""

    @property
    @abstractmethod
    def chance(self) -> float:
        """The probability at one place."""

    @abstractmethod
    def regex(self, *, backwards: bool = False) -> bytes:
        """As a regular expression; backwards, for bytes that are read from the last to the first."""

    @property
    def forms(self) -> tuple[Look, ...]:
        """The alternatives of this look."""
        return (self,)

    @property
    def bytes(self) -> bytes:
        """The possible bytes of a look of one byte."""
        return b""

    @abstractmethod
    def tail(self, least: int) -> Look:
        """A look that matches the last `least` bytes, or a few more, of every match."""


class Exactly(Look):
    """These bytes."""

    def __init__(self, text: bytes) -> None:
        self.text = self.made_of = text

    @property
    def shortest(self) -> int:
        """All of them."""
        return len(self.text)

    longest = shortest

    @property
    def chance(self) -> float:
        """One of all rows of so many bytes."""
        return 256.0 ** -len(self.text)

    def regex(self, *, backwards: bool = False) -> bytes:
        """Each byte as it is, or escaped if it has a special meaning."""
        return literal(self.text[::-1] if backwards else self.text)

    @property
    def bytes(self) -> bytes:
        """It."""
        return self.text

    def tail(self, least: int) -> Look:
        """The last of them."""
        return exactly(self.text[-least:])


class OneOf(Look):
    """One byte, of several."""

    def __init__(self, among: bytes) -> None:
        self.among = self.made_of = among

    @property
    def shortest(self) -> int:
        """One."""
        return 1

    longest = shortest

    @property
    def chance(self) -> float:
        """So many of all bytes."""
        return len(self.among) / 256

    def regex(self, *, backwards: bool = False) -> bytes:  # noqa: ARG002  (it is the same from both sides)
        """A set of bytes."""
        return byte_set(self.among)

    @property
    def bytes(self) -> bytes:
        """They."""
        return self.among

    def tail(self, least: int) -> Look:  # noqa: ARG002  (it is short enough)
        """It."""
        return self


class _Compound(Look):
    """Made of several looks."""

    def __init__(self, looks: tuple[Look, ...]) -> None:
        self.looks = self.made_of = looks
        # Looks are compared at every level of a tree, and are in several trees: each is hashed and written once.
        self._hash = hash(looks)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _forwards(self) -> bytes:
        return self._regex(backwards=False)

    def regex(self, *, backwards: bool = False) -> bytes:
        """That of its looks, combined."""
        return self._regex(backwards=True) if backwards else self._forwards

    @abstractmethod
    def _regex(self, *, backwards: bool) -> bytes: ...


class Either(_Compound):
    """One of several looks."""

    @cached_property
    def shortest(self) -> int:
        """That of the shortest."""
        return min(look.shortest for look in self.looks)

    @cached_property
    def longest(self) -> int:
        """That of the longest."""
        return max(look.longest for look in self.looks)

    @cached_property
    def chance(self) -> float:
        """That of any of them."""
        return sum(look.chance for look in self.looks)

    def _regex(self, *, backwards: bool) -> bytes:
        """All of them, to be tried in their order."""
        return b"(?:" + b"|".join(look.regex(backwards=backwards) for look in self.looks) + b")"

    @property
    def forms(self) -> tuple[Look, ...]:
        """They."""
        return self.looks

    def tail(self, least: int) -> Look:
        """That of each."""
        return either(*(look.tail(least) for look in self.looks))


class Row(_Compound):
    """Several looks in sequence."""

    @cached_property
    def shortest(self) -> int:
        """That of all."""
        return sum(look.shortest for look in self.looks)

    @cached_property
    def longest(self) -> int:
        """That of all."""
        return sum(look.longest for look in self.looks)

    @cached_property
    def chance(self) -> float:
        """That of all together."""
        return math.prod(look.chance for look in self.looks)

    def _regex(self, *, backwards: bool) -> bytes:
        """One after the other."""
        looks = reversed(self.looks) if backwards else self.looks
        return b"".join(look.regex(backwards=backwards) for look in looks)

    def tail(self, least: int) -> Look:
        """As many of the last looks as necessary."""
        kept: list[Look] = []
        for look in reversed(self.looks):
            if look.shortest >= least:
                kept.append(look.tail(least))
                break
            kept.append(look)
            least -= look.shortest
        return row(*reversed(kept))


class Repeated(Look):
    """A look, several times."""

    def __init__(self, look: Look, least: int, most: int) -> None:
        self.look, self.least, self.most = self.made_of = look, least, most

    @property
    def shortest(self) -> int:
        """As rarely as possible."""
        return self.look.shortest * self.least

    @property
    def longest(self) -> int:
        """As often as possible."""
        return self.look.longest * self.most

    @cached_property
    def chance(self) -> float:
        """That of each number of times."""
        return sum(self.look.chance**times for times in range(self.least, self.most + 1))

    def regex(self, *, backwards: bool = False) -> bytes:
        """Non-greedy: a match must not depend on what precedes it."""
        times = b"?" if (self.least, self.most) == (0, 1) else b"{%d,%d}" % (self.least, self.most)
        one = isinstance(self.look, Either | OneOf) or len(self.look.bytes) == 1
        return (b"%b%b?" if one else b"(?:%b)%b?") % (self.look.regex(backwards=backwards), times)

    def tail(self, least: int) -> Look:
        """The last of them, if there must be one."""
        return self.look.tail(least) if self.least else self


def exactly(text: bytes) -> Look:
    """`text` and nothing else."""
    return Exactly(text)


def one_of(among: bytes) -> Look:
    """Any of these bytes."""
    among = bytes(sorted(set(among)))
    return OneOf(among) if len(among) > 1 else exactly(among)


def either(*looks: Look) -> Look:
    """Any of these. The shortest is tried first, so that a match is as short as possible."""
    if len(looks) == 1:
        return looks[0]
    return first_of(*sorted((form for look in looks for form in look.forms), key=lambda look: look.shortest))


def first_of(*looks: Look) -> Look:
    """Any of these, tried in this order."""
    forms = tuple(dict.fromkeys(form for look in looks for form in look.forms)) if len(looks) > 1 else looks
    return forms[0] if len(forms) == 1 else Either(forms)


def row(*looks: Look) -> Look:
    """These in sequence."""
    joined: list[Look] = []
    for look in looks:
        if joined and isinstance(look, Exactly) and isinstance(joined[-1], Exactly):
            joined[-1] = exactly(joined[-1].text + look.text)
        else:
            joined.append(look)
    return joined[0] if len(joined) == 1 else Row(tuple(joined))


def repeated(look: Look, least: int, most: int) -> Look:
    """A look, from `least` to `most` times."""
    return Repeated(look, least, most)


def perhaps(look: Look) -> Look:
    """A look, or nothing."""
    return repeated(look, 0, 1)


@lru_cache(1024)
def in_either_case(text: bytes) -> Look:
    """`text`, with each ASCII letter in either case."""
    return row(*(one_of(bytes({*text[at : at + 1].upper(), *text[at : at + 1].lower()})) for at in range(len(text))))
