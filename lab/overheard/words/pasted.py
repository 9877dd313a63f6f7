"""Text as people paste it, as words: without colours, marks of quotes, boxes and escapes.

A word is letters and digits of ASCII, in lower case. All signs between words are alike, so that `self-signed`,
`SELF_SIGNED` and `│ self signed │` are the same two words. Where a line ends there is `END`, where something was cut
off `CUT`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

END, CUT = "\n", "..."

_WORDS = re.compile(r"[a-z0-9]+|\n|\.{3}")
_DIGITS = re.compile(r"[0-9]+")
# Control sequences of terminals (ECMA-48, 5.4), also where their escape character is spelled out or lost, and
# characters without a width.
_INVISIBLE = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b(?!\[)[ -/]*[0-~]"
    r"|(?:\x1b\[|\x9b|\^\[\[|\\x1b\[|\\u001b\[|\\033\[|\\e\[)[0-?]*[ -/]*[@-~]"
    r"|\[[0-9]{1,3}(?:;[0-9]{1,3}){0,4}m"
    r"|[\x00\u00ad\u200b-\u200f\u2060\ufeff]"
)
# A character with which one of these begins. Few lines of a log have any.
_BEGINS_INVISIBLE = re.compile(r"[\x1b\x9b^\\\[\x00\u00ad\u200b-\u200f\u2060\ufeff]")
# Escapes of JSON, HTML and URLs: all that matters here are signs between words.
_ESCAPE = re.compile(r"\\+[nrt\"']|\\+u[0-9A-Fa-f]{4}|&(?:[a-z]{2,6}|#[0-9]{1,5}|#x[0-9A-Fa-f]{1,4});|%2[0-9A-Fa-f]")
# The most words that a mark at the beginning of lines can have, such as the time and the name of a program.
_LONGEST_MARK = 12
# The most words of a text that may be the beginning of an error; longer ones end where they end.
_SHORT = 60


def words(lines: Iterable[str]) -> list[str]:
    """The words of lines, with `END` after each line, and once more at the end."""
    text = "\n".join([*lines, "", ""])
    if _BEGINS_INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    if "\\" in text or "&" in text or "%" in text:
        text = _ESCAPE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _WORDS.findall(text.lower())


class Pasted:
    """Lines of text as words, and the ways to read on after each: over the ends of lines, which may be in a word."""

    def __init__(self, lines: Sequence[tuple[int, str]], *, last: bool = True) -> None:
        """Lines with their numbers in the text. `last` is whether it ends with these."""
        self.numbers, self.lines = [number for number, _ in lines], [line for _, line in lines]
        self.is_all = last and self.numbers[:1] in ([], [1])
        self.words = words(self.lines)
        self._is_short = self.is_all and len(self.words) <= _SHORT

    @cached_property
    def line_of(self) -> list[int]:
        """The index of the line of each word."""
        line, lines = 0, []
        for word in self.words:
            lines.append(line)
            line += word == END
        return lines

    @cached_property
    def _begins(self) -> dict[int, int]:
        """Where the line begins that ends here."""
        begins, begin = {}, 0
        for at, word in enumerate(self.words):
            if word == END:
                begins[at] = begin
                begin = at + 1
        return begins

    def is_over(self, at: int) -> bool:
        """Whether more may have followed: the text was cut off here, or is short and ends here."""
        rest = self.words[at : at + 2]
        return rest[:1] == [CUT] or (self._is_short and all(word == END for word in rest))

    def after(self, at: int) -> Sequence[int]:
        """Where the next word can be: more than one place where lines begin with a mark (`> `, `E `, a time)."""
        found, begin = self.words, at
        while at < len(found) and found[at] in (END, CUT) and at - begin < 2:
            at += 1
        if at >= len(found) or found[at] in (END, CUT):
            return ()
        return self._beyond_mark(at) if at > begin and found[at - 1] == END else (at,)

    def joined(self, at: int) -> Sequence[int]:
        """Where a word can go on that ends before `at`, if a line ends there in the middle of it."""
        found = self.words
        if at + 1 >= len(found) or found[at] != END or found[at + 1] in (END, CUT):
            return ()
        return self._beyond_mark(at + 1)

    def _beyond_mark(self, begin: int) -> range:
        """The places that can be the first behind a mark of the line at `begin`, which may have none.

        A mark are words with which the line before it begins as well; digits may differ.
        """
        before, at = self._begins[begin - 1], begin
        while at - begin < _LONGEST_MARK and _alike(self.words[before + at - begin], self.words[at]):
            at += 1
        return range(begin, at + 1) if self.words[at] != END else range(begin, at)


def _alike(one: str, other: str) -> bool:
    return one != END and (one == other or _DIGITS.sub("0", one) == _DIGITS.sub("0", other))
