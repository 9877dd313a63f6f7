"""Numbers with their nouns."""

from __future__ import annotations


def count(number: int, noun: str, nouns: str = "") -> str:
    """A number and its noun: `1 frame`, `2 frames`, `1,000 frames`. `nouns` is its plural, if that has no plain s."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"
