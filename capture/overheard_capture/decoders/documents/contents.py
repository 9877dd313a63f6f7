"""What documents hold, whatever their format."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto

from overheard_capture.content.text_detector import CONTROL

# Deeper documents, and those of more items, are crafted.
MAX_DEPTH, _MAX_ITEMS = 32, 100_000
# Without a key that is a text, at least one byte in so many is in text.
_TEXT_SHARE = 4


class NotADocumentError(Exception):
    """These bytes are no document in this format."""


class CutShortError(IndexError):
    """These bytes are the beginning of a document."""


class ItemKind(IntEnum):
    """What an item is. Unlike other members, those of an `IntEnum` have a hash that takes no call of Python."""

    TEXT = auto()
    BYTES = auto()
    # Bytes that are written as text: each is the character of its number.
    LATIN_1 = auto()
    NUMBER = auto()
    # True, false, nothing.
    SIMPLE = auto()
    LIST = auto()
    MAP = auto()
    # A string, of which each item is a piece.
    PIECES = auto()
    # What precedes an item, and what ends a list without a length.
    TAG = auto()
    BREAK = auto()


Place = tuple[int, int]


class Contents:
    """What documents hold: (start, end) of texts, byte strings and numbers; and whether a key is a text."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: dict[ItemKind, list[Place]] = {
            ItemKind.TEXT: [],
            ItemKind.BYTES: [],
            ItemKind.LATIN_1: [],
            ItemKind.NUMBER: [],
        }
        self.has_key = False
        # Of strings in several pieces, where these are.
        self.pieces: list[list[Place]] = []
        self._left = _MAX_ITEMS
        # Where each mark that was looked for is first; -1 if nowhere.
        self._marks: dict[bytes, int] = {}

    def add(self, kind: ItemKind, start: int, end: int) -> None:
        """Add an item. Raises NotADocumentError."""
        self._left -= 1
        if end > len(self.data):
            raise CutShortError
        if self._left < 0 or (kind is ItemKind.TEXT and not is_text(self.data[start:end])):
            raise NotADocumentError
        if kind in self.places and end > start:
            self.places[kind].append((start, end))

    def count_strings(self) -> tuple[int, int]:
        """How many texts and byte strings there are."""
        return len(self.places[ItemKind.TEXT]), len(self.places[ItemKind.BYTES])

    def join_strings(self, texts: int, values: int) -> None:
        """What follows so many texts and byte strings are pieces of one string."""
        self.pieces.append(sorted(self.places[ItemKind.TEXT][texts:] + self.places[ItemKind.BYTES][values:]))

    def is_before(self, at: int, mark: bytes) -> bool:
        """Whether a mark is before an offset. As each of many items may ask, it is looked for once."""
        first = self._marks[mark] if mark in self._marks else self._marks.setdefault(mark, self.data.find(mark))
        return 0 <= first <= at - len(mark)

    @property
    def is_certain(self) -> bool:
        """Whether no other bytes are like that."""
        in_text = sum(end - start for start, end in self.places[ItemKind.TEXT])
        return self.has_key or _TEXT_SHARE * in_text >= len(self.data)


def is_text(value: bytes) -> bool:
    """Whether all of this is text."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return len(value.translate(None, CONTROL)) == len(value)


def in_latin_1(value: bytes) -> bytes:
    """The bytes of which each is the number of a character; nothing if these are no such text, or as they are."""
    try:
        return b"" if value.isascii() and is_text(value) else value.decode().encode("latin-1")
    except UnicodeError:
        return b""


# Reads a document at an offset, and returns its end. Raises NotADocumentError, or IndexError where it is cut short.
Walk = Callable[[Contents, int], int]


def fail() -> int:
    """Raise NotADocumentError, in an expression."""
    raise NotADocumentError
