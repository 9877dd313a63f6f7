"""Searches, made when a test first needs one: each takes a tenth of a second, which only its users pay."""

from __future__ import annotations

from functools import cache

from overheard.words.secret import Secret
from overheard_capture.search import Search

ENGINES = ("hyperscan", "re")


@cache
def search_of(secret: str) -> Search:
    """The search for one secret, called as everywhere."""
    return Search(Secret("message", secret.encode()))


def small_search(value: bytes | str, *, any_case: bool = False) -> Search:
    """A search of a few bytes, as a small capture is searched: Hyperscan takes ten times as long to be compiled.

    `test_engines.py` compares both.
    """
    secret = Secret("message", value if isinstance(value, bytes) else value.encode())
    return Search(secret, any_case=any_case, large_input=False)


@cache
def searches_of(secret: bytes, any_case: bool) -> list[Search]:
    """The search for one secret by each engine."""
    return [Search(Secret("any", secret), any_case=any_case, engine=engine) for engine in ENGINES]
