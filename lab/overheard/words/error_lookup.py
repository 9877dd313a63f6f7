"""Finds the faults that a text is about: errors as people paste them, in any wrapping, or whole logs.

The text is read as words (`overheard.words.pasted`), and the phrases of all faults are looked for in it
(`overheard.words.phrases`). What another one near it tells more exactly is left out: `validity check failed` beside
`CertificateExpiredException`. Where only phrases are found that many errors have, a question is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from overheard.words.gallery import FAULTS, ROWS
from overheard.words.gallery.questions import QUESTIONS, Question
from overheard.words.pasted import CUT, END, Pasted, words
from overheard.words.phrases import Match, Phrase, Phrasebook

if TYPE_CHECKING:
    from overheard.words.gallery import Fault, Row

_Meant = tuple[tuple[Phrase, "Fault | Question"], ...]

# Lines near an error in which another one can tell it more exactly, as `caused by` does.
_NEAR = 40
# The words around an error that belong to it: a traceback is before it.
_WORDS_BEFORE, _WORDS_AFTER = 800, 300
# Lines are read in blocks of so many lines or characters, which have so many lines in common; longer lines are cut.
# That bounds the memory.
_BLOCK, _CHARACTERS, _COMMON, _LONGEST = 4000, 2_000_000, 200, 4000
# More faults than that for a few words are no answer; fewer characters than that, with a blank at each end, no text.
_TOO_MANY, _SHORTEST = 5, 5
# A time of day, where it is if a line of a log has one: within so many characters.
_TIME, _LATEST_TIME = re.compile(r"[0-9]:[0-9]{2}:[0-9]{2}"), 60


@dataclass(frozen=True)
class Told:
    """An error in a text: the number of its line, that line, and what it can be.

    `beside` are those of the faults that only the words around it tell, such as the name of a proxy's maker.
    """

    line: int
    text: str
    faults: tuple[Fault, ...]
    beside: frozenset[Fault] = frozenset()

    def is_more_exact(self, other: Told) -> bool:
        """Whether this is the same error as `other`, told more exactly."""
        these, those = (set(each.faults) - each.beside for each in (self, other))
        return bool(these) and these < those and self.is_near(other)

    def is_near(self, other: Told) -> bool:
        """Whether both can be one error. Lines of a log that have a time are errors of their own."""
        apart = abs(self.line - other.line)
        return apart <= _NEAR and not (apart and _dated(self.text) and _dated(other.text))


def _dated(line: str) -> bool:
    return _TIME.search(line, 0, _LATEST_TIME) is not None


class _Tally:
    """The errors so far, each with the last place where no other one tells it more exactly."""

    def __init__(self) -> None:
        self._last: dict[tuple[Fault, ...], Told] = {}
        self._standing: dict[tuple[Fault, ...], Told] = {}
        self._replaced: set[tuple[Fault, ...]] = set()

    def add(self, told: Told) -> None:
        """Add an error. Those before it are in order."""
        last = self._last.get(told.faults)
        if last and not last.is_near(told):
            self._settle(told.faults, last)
        self._last[told.faults] = told
        self._replaced.discard(told.faults)
        for key, other in self._last.items():
            if other.is_more_exact(told):
                self._replaced.add(told.faults)
            elif told.is_more_exact(other):
                self._replaced.add(key)

    def _settle(self, key: tuple[Fault, ...], told: Told) -> None:
        if key not in self._replaced:
            self._standing.pop(key, None)
            self._standing[key] = told

    def errors(self) -> tuple[Told, ...]:
        """All errors, the last one first."""
        for key, told in self._last.items():
            self._settle(key, told)
        return tuple(sorted(self._standing.values(), key=lambda told: told.line)[::-1])


@dataclass(frozen=True)
class Answer:
    """The errors of a text, the last one first; or what to ask back, if the text is too general."""

    errors: tuple[Told, ...]
    question: str = ""

    @property
    def faults(self) -> list[Fault]:
        """All faults, each once."""
        return list(dict.fromkeys(fault for each in self.errors for fault in each.faults))


def matching_rows(text: str) -> list[Fault]:
    """The faults that a text is about; empty if there is none, or if it is too general."""
    return answer(text.splitlines()).faults


def answer(lines: Iterable[str]) -> Answer:
    """The errors in lines. Several faults of one error are what it can be: the text alone cannot tell them apart."""
    tally = _Tally()
    questions: list[Question] = []
    # The words of all lines, if they are few.
    whole: list[str] = []
    for block, begin, end in _blocks(lines):
        if block.is_all:
            whole = block.words
        for each in _Reading(block, questions).told(begin, end):
            tally.add(each)
    if errors := tally.errors():
        return Answer(errors)
    fragment = _fragment(whole)
    if 0 < len(fragment) <= _TOO_MANY:
        return Answer((Told(1, "", fragment),))
    return Answer((), _question(questions, fragment))


def _question(questions: list[Question], fragment: tuple[Fault, ...]) -> str:
    """The question that is nearest to an answer; empty if nothing is known at all."""
    if questions or fragment:
        return min(questions, key=QUESTIONS.index, default=QUESTIONS[0]).asks
    return ""


class _Reading:
    """The phrases in a block of lines, and what they mean beside the words around them."""

    def __init__(self, text: Pasted, questions: list[Question]) -> None:
        """What has to be asked back is added to `questions`."""
        self._text, self._questions = text, questions
        # By the identity of what a phrase means, which is kept here as well: so no other one can get it.
        self._known: dict[int, tuple[_Meant, _Meant, bool]] = {}

    def told(self, begin: int, end: int) -> Iterator[Told]:
        """The errors that begin in the lines from `begin` to `end`."""
        text = self._text
        for match in _book().matches(text):
            line = text.line_of[match.begin]
            if begin <= line < end and (meant := self._meant(match)):
                beside = frozenset(fault for phrase, fault in meant if phrase.needs)
                faults = tuple(dict.fromkeys(fault for _, fault in meant))
                yield Told(text.numbers[line], text.lines[line], faults, beside)

    def _meant(self, match: Match[Fault | Question]) -> list[tuple[Phrase, Fault]]:
        """The faults that a match can be: first what the words around it tell, last what they do not rule out."""
        if id(match.meant) not in self._known:
            self._known[id(match.meant)] = (match.meant, *self._possible(match))
        _, meant, demanding = self._known[id(match.meant)]
        if demanding:
            around = self._around(match)
            meant = tuple(sorted((each for each in meant if each[0].fits(around)), key=_doubt))
        self._questions += [each for _, each in meant if isinstance(each, Question) and each not in self._questions]
        return [(phrase, each) for phrase, each in meant if not isinstance(each, Question)]

    def _possible(self, match: Match[Fault | Question]) -> tuple[_Meant, bool]:
        """What a match can mean in this block, and whether that depends on the words around it."""
        possible = tuple(each for each in match.meant if each[0].can_fit(self._words))
        return possible, any(phrase.needs or phrase.unless for phrase, _ in possible)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self._text.words)

    def _around(self, match: Match[Fault | Question]) -> str:
        """The words around a match; and these once more, without marks, in lines that may end within a word."""
        begin, end = max(0, match.begin - _WORDS_BEFORE), match.end + _WORDS_AFTER
        near = (word for word in self._text.words[begin:end] if word not in (END, CUT))
        return f" {' '.join(near)}  {''.join(self._in_lines(begin, end))} "

    def _in_lines(self, begin: int, end: int) -> Iterator[str]:
        found, at = self._text.words, begin
        while at < min(end, len(found)):
            yield found[at] if END in found[at : at + 2] else f"{found[at]} "
            # Behind a mark, if lines begin with one.
            at = max(self._text.joined(at), default=at + 1)


def _doubt(meant: tuple[Phrase, object]) -> tuple[bool, bool]:
    phrase, _ = meant
    return not phrase.needs, bool(phrase.unless)


def _blocks(lines: Iterable[str]) -> Iterator[tuple[Pasted, int, int]]:
    """Lines in blocks, each with the lines around it, and which of its lines are its own."""
    kept: list[tuple[int, str]] = []
    begin = size = 0
    for numbered in _short(lines):
        kept.append(numbered)
        size += len(numbered[1])
        if len(kept) - begin >= _BLOCK or size >= _CHARACTERS:
            end = max(begin, len(kept) - _NEAR)
            yield Pasted(kept, last=False), begin, end
            gone = max(0, end - _COMMON)
            kept, begin, size = kept[gone:], end - gone, 0
    yield Pasted(kept), begin, len(kept)


def _short(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, those that are too long in pieces."""
    for number, line in enumerate(lines, 1):
        for at in range(0, len(line) or 1, _LONGEST):
            yield number, line[at : at + _LONGEST]


@cache
def _book() -> Phrasebook[Fault | Question]:
    book: Phrasebook[Fault | Question] = Phrasebook()
    for row in ROWS:
        for reason in _reasons(row):
            book.add(reason, row)
    for fault in FAULTS:
        for phrase in fault.also:
            book.add(phrase, fault)
    for question in QUESTIONS:
        for phrase in question.phrases:
            book.add(phrase, question)
    return book


def _reasons(row: Row) -> set[str]:
    """OpenSSL's reasons for a row that are enough: one word alone is not, nor one for which the row has conditions."""
    reasons = {says.reason for says in row.says if says.exception == "SSLError" and " " in says.reason}
    return {reason for reason in reasons if not any(phrase.startswith(f"{reason} !") for phrase in row.also)}


def _fragment(found: list[str]) -> tuple[Fault, ...]:
    """The faults with this name or reason, or in whose error of `requests` these words are; for one word, all rows."""
    text = _plain(found)
    if len(text) < _SHORTEST:
        return ()
    named = [fault for fault in FAULTS if text == _plain_text(fault.name)]
    reasoned = [row for row in ROWS if any(text == _plain_text(says.reason) for says in row.says)]
    partly = [row for row in ROWS if any(text in _plain_text(says.text) for says in row.says)]
    return tuple(named or reasoned or (partly if " " in text.strip() else partly and ROWS))


@cache
def _plain_text(text: str) -> str:
    return _plain(words([text]))


def _plain(found: list[str]) -> str:
    return f" {' '.join(word for word in found if word != END)} "
