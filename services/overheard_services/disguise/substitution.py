"""The squirrels' first cipher: every letter is replaced by the one before it. It hides nothing."""

from __future__ import annotations

import string

_ALPHABET = string.ascii_uppercase

# What to write for each letter, and what to read: A becomes Z, B becomes A.
CIPHER = dict(zip(_ALPHABET, _ALPHABET[-1:] + _ALPHABET[:-1], strict=True))
DECIPHER = {written: letter for letter, written in CIPHER.items()}


def encrypt(text: str) -> str:
    """`ABC` becomes `ZAB`. Letters keep their case; everything else is unchanged."""
    return _replaced(text, CIPHER)


def decrypt(text: str) -> str:
    """The opposite of `encrypt`."""
    return _replaced(text, DECIPHER)


def _replaced(text: str, letters: dict[str, str]) -> str:
    both = letters | {letter.lower(): written.lower() for letter, written in letters.items()}
    return "".join(both.get(character, character) for character in text)
