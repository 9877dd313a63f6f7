"""What one kind of credential looks like: a pattern over bytes, and a function for what a pattern cannot say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# How many bytes before its anchor may belong to a credential, and how many it has in all. Longer values are cut.
BEFORE, LONGEST = 256, 2048
_MOST_BEFORE = 64
# What nearly all names are made of.
ALPHANUMERIC = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class CredentialRange(NamedTuple):
    """Where a credential is in a text, with all by which it was recognised; and where its secret part is."""

    start: int
    end: int
    value_start: int
    value_end: int


class CredentialKind(Protocol):
    """A kind of credential. Every credential of it has one of the `anchors`, which an engine looks for."""

    @property
    def code(self) -> str:
        """Its name, which is stable."""

    @property
    def anchors(self) -> tuple[bytes, ...]:
        """Literals of which each credential of this kind has one."""

    @property
    def any_case(self) -> bool:
        """Whether letters of an anchor may be in either case."""

    def find(self, text: bytes, at: int) -> Iterable[CredentialRange]:
        """The credentials of the anchor at `at`."""


def anything(_: re.Match[bytes]) -> bool:
    """Whatever matches the pattern is a credential."""
    return True


@dataclass(frozen=True)
class CredentialPattern:
    """A kind by its pattern, which begins with an anchor and has a group `value`, its secret part.

    `before` are bytes of which up to 64 may also be before the anchor: the pattern begins with the first of them.
    `accepts` says of what matches whether it is a credential. `goes_on` is a quick test of what the anchor begins.
    """

    code: str
    anchors: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    accepts: Callable[[re.Match[bytes]], bool] = anything
    any_case: bool = False
    before: bytes = b""
    goes_on: re.Pattern[bytes] | None = None

    def find(self, text: bytes, at: int) -> Iterable[CredentialRange]:
        """The credential of the anchor at `at`, if there is one."""
        if self.goes_on and not self.goes_on.match(text, at):
            return
        # One byte more may be asked for by the pattern.
        first = max(at - _MOST_BEFORE, 0)
        begin = first + len(text[first:at].rstrip(self.before)) if self.before else at
        match = self.pattern.match(text, begin)
        if match and self.accepts(match):
            yield CredentialRange(*match.span(), *match.span("value"))


def worded(
    code: str,
    anchors: tuple[bytes, ...],
    pattern: bytes,
    accepts: Callable[[re.Match[bytes]], bool] = anything,
    before: bytes = b"",
) -> CredentialPattern:
    """A kind whose anchors are words, such as commands or names of fields: their letters may be in either case."""
    return CredentialPattern(code, anchors, re.compile(pattern), accepts, any_case=True, before=before)


@dataclass(frozen=True)
class CredentialMessage:
    """A kind by the message of a binary protocol that carries it: `parse` finds where it is, from its anchor."""

    code: str
    anchors: tuple[bytes, ...]
    parse: Callable[[bytes, int], CredentialRange | None]
    any_case: bool = False

    def find(self, text: bytes, at: int) -> Iterable[CredentialRange]:
        """The credential of the anchor at `at`, if there is one."""
        found = self.parse(text, at)
        if found and found.end <= len(text):
            yield found
