"""A secret as text: its characters, and how they are written in an escape or in a codec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from unicodedata import combining, normalize

from overheard.words.spelling.characters import Escape, looks_of
from overheard.words.spelling.forms import Codecs
from overheard.words.spelling.look import Look, either, exactly, first_of
from overheard.words.spelling.shape import Shape

_AS_IT_IS = Escape("")
UTF8: Codecs = ("utf-8",)
# Windows-1252 has characters where Latin-1 has none.
_LATIN1: Codecs = ("latin-1", "cp1252")
_BYTES: Codecs = ("latin-1",)
_LINE_ENDS = ("\n", "\r\n")

# The forms of a character: as it is, in the other case, or in another Unicode normalisation form.
_Forms = tuple[str, ...]


class Text:
    """The characters of a secret, each with its combining marks.

    If the secret is not text, its bytes are treated as Latin-1 characters, and in no other codec.
    """

    def __init__(self, value: bytes, *, any_case: bool = False) -> None:
        self.value = value
        self.any_case = any_case
        try:
            self.text, self.is_text = value.decode(), True
        except UnicodeDecodeError:
            self.text, self.is_text = value.decode("latin-1"), False
        units = _units(self.text) if self.is_text else iter(self.text)
        self.units = [self._in_cases(unit) for unit in units]
        self.composed = [_composed(unit) if self.is_text else unit for unit in self.units]
        # If a secret begins with a line end, half of that would be one, too.
        self.composed[0] = self.units[0] if self.units[0][0] in _LINE_ENDS else self.composed[0]

    def written(
        self, escape: Escape = _AS_IT_IS, *, units: Sequence[_Forms] | None = None, codecs: Codecs = (*UTF8, *_LATIN1)
    ) -> Shape:
        """The text in an escape; by default also in Latin-1, in Unicode's NFC and NFD, and with other line ends."""
        look = cache(partial(_look_of, codecs=codecs if self.is_text else _BYTES, escape=escape))
        parts = map(look, self.composed if units is None else units)
        return Shape(tuple(parts), often=escape.often, rarely=escape.rarely)

    def encodable(self, codec: str) -> list[_Forms]:
        """The units with only those forms that a codec can write; empty if it cannot write all units."""
        units = [tuple(form for form in unit if _is_encodable(form, codec)) for unit in self.composed]
        return units if all(units) else []

    def encoded(self, codec: str) -> Shape | None:
        """The text in another codec, if it is text."""
        if not self.is_text:
            return None
        return Shape(tuple(either(*(exactly(form.encode(codec)) for form in unit)) for unit in self.composed))

    def _in_cases(self, unit: str) -> _Forms:
        cased = self.any_case and (self.is_text or unit.isascii())
        return tuple(dict.fromkeys((unit, unit.lower(), unit.upper()))) if cased else (unit,)


def _is_encodable(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _look_of(unit: _Forms, codecs: Codecs, escape: Escape) -> Look:
    # If one form ends like another, as line ends do, the shorter one is enough.
    forms = sorted(unit, key=len)
    return first_of(*(looks_of(form, codecs, escape.forms, plain=not escape.throughout) for form in forms))


def _composed(unit: _Forms) -> _Forms:
    if unit[0] in _LINE_ENDS:
        return (*unit, *(end for end in _LINE_ENDS if end != unit[0]))
    others = (each for form in unit for each in (normalize("NFC", form), *_decomposed(normalize("NFD", form))))
    return unit if unit[0].isascii() else tuple(dict.fromkeys((*unit, *others)))


def _decomposed(unit: str) -> Iterator[str]:
    """In full, or with one of its marks apart, as windows-1258 has the tones of Vietnamese."""
    yield unit
    if len(unit) > 2:
        yield from (normalize("NFC", unit[:at] + unit[at + 1 :]) + unit[at] for at in range(1, len(unit)))


def _units(text: str) -> Iterator[str]:
    begun = 0
    for at, character in enumerate(text):
        if at and not combining(character) and text[at - 1 : at + 1] not in _LINE_ENDS:
            yield text[begun:at]
            begun = at
    yield text[begun:]
