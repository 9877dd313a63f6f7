"""The spellings of a secret on the wire: a table of them, and patterns that find them.

Patterns are data; nothing in here searches.
"""

from overheard.words.spelling.codes import base64_cores
from overheard.words.spelling.look import Look
from overheard.words.spelling.shape import Kind, Pattern, Shape, Spelling
from overheard.words.spelling.table import patterns, shift_of, shifted_by, spellings

__all__ = [
    "Kind",
    "Look",
    "Pattern",
    "Shape",
    "Spelling",
    "base64_cores",
    "patterns",
    "shift_of",
    "shifted_by",
    "spellings",
]
