"""The engines of the search: both find the same, however bytes are split, in several threads, and quickly."""

from __future__ import annotations

import base64
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.encoders import BY_CHARACTER, IN_BITS, uuencoded
from capture.search.searches import ENGINES, searches_of
from overheard.words.secret import Secret
from overheard_capture.search import Match, Search, engines
from overheard_capture.search.engines import HyperscanEngine

# Secrets that overlap with themselves, and that look like escapes of themselves.
SECRETS = [
    b"fluffy tail",
    b"aabaa",
    b"a1%2541",
    b'/\\"u0',
    b"\\x5c",
    "äe\u0301 €🐿".encode(),
    b"\x00\xff\n\xfe",
    b"abcdef012345",
    b"=3D_?",
    "\r\nÿ".encode(),
]
ALPHABETS = [secret.decode(errors="ignore") or "\n" for secret in SECRETS]
few = settings(max_examples=200, suppress_health_check=list(HealthCheck))


@st.composite
def soups(draw: st.DrawFn) -> tuple[bytes, bool, bytes]:
    """A secret, whether its case counts, and bytes with pieces of it in all kinds of spellings."""
    secret, alphabet = draw(st.sampled_from(list(zip(SECRETS, ALPHABETS, strict=True))))
    some = st.text(alphabet, max_size=3)
    data = b""
    for _ in range(draw(st.integers(1, 4))):
        text = draw(some) + draw(st.sampled_from([secret.decode(errors="ignore"), draw(some)])) + draw(some)
        kind = draw(st.integers(0, 4))
        if kind == 0:
            data += draw(st.sampled_from([secret, secret[::-1], text.encode(), draw(st.binary(max_size=4))]))
        elif kind == 1:
            _, _, code = draw(st.sampled_from(IN_BITS))
            data += code(text.encode())
        elif kind == 2:
            data += draw(st.sampled_from([uuencoded(text.encode()), base64.b64encode(base64.b64encode(secret))]))
        else:
            _, encoder = draw(st.sampled_from(BY_CHARACTER))
            data += b"" if any(ord(each) > 255 for each in text) else encoder(text)
    return secret, draw(st.booleans()), data[draw(st.sampled_from([0, 0, 1, 2, 5])) :]


@pytest.mark.slow
@few
@given(soups())
def test_both_engines_find_the_same(soup: tuple[bytes, bool, bytes]) -> None:
    secret, any_case, data = soup
    fast, plain = searches_of(secret, any_case)
    matches = fast.matches(data)
    assert matches == plain.matches(data)
    assert matches == fast.matches(memoryview(bytearray(data)))
    assert all(match.length <= fast.longest for match in matches)
    if secret in data:
        assert "plainly" in {match.spelling for match in matches}


@pytest.mark.slow
@few
@given(soups(), st.data())
def test_matches_do_not_depend_on_where_bytes_are_cut(soup: tuple[bytes, bool, bytes], draws: st.DataObject) -> None:
    """If both sides of a cut are searched together, up to the length of the longest match."""
    secret, any_case, data = soup
    search, _ = searches_of(secret, any_case)
    cut = draws.draw(st.integers(0, len(data)))
    reach = search.longest - 1
    begins = max(cut - reach, 0)
    across = [
        match._replace(offset=begins + match.offset)
        for match in search.matches(data[begins : cut + reach])
        if begins + match.offset < cut < begins + match.offset + match.length
    ]
    after = [match._replace(offset=cut + match.offset) for match in search.matches(data[cut:])]
    assert sorted([*search.matches(data[:cut]), *across, *after]) == sorted(search.matches(data))


@pytest.mark.parametrize("data", [b"%5C%5Cx5c", b"%255C%255Cx5c", b"=5C=5Cx5c", b"&#x5c;&#x5c;&#x78;&#x35;&#x63;"])
def test_the_shortest_match_is_found_whatever_is_before_it(data: bytes) -> None:
    """Both escapes together may be another form of the same character, which is tried first."""
    search, _ = searches_of(b"\\x5c", False)
    (found,) = search.matches(data)
    (alone,) = search.matches(data[found.offset :])
    assert (alone.offset, alone.length) == (0, found.length)
    assert search.matches(data[1:]) == [found._replace(offset=found.offset - 1)]


def test_without_hyperscan_the_search_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    search = Search(Secret("message", b"fluffy tail"))
    assert search.engine == "re"
    assert search.matches(b"a fluffy%20tail") == [Match(0, "percent-encoded", 2, 13)]
    with pytest.raises(ImportError):
        Search(Secret("message", b"fluffy tail"), engine="hyperscan")


def test_a_pattern_that_hyperscan_refuses_is_searched_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("Pattern is too large.")

    monkeypatch.setattr(HyperscanEngine, "__init__", refuse)
    assert Search(Secret("message", b"fluffy tail")).engine == "re"


def test_hyperscan_is_used_only_from_a_certain_amount_on(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a fluffy%20tail" + bytes(100)
    monkeypatch.setattr(engines, "_SMALL_INPUT", 3 * len(data))
    search = Search(Secret("message", b"fluffy tail"), large_input=False)
    used = []
    for _ in range(5):
        assert search.matches(data) == [Match(0, "percent-encoded", 2, 13)]
        used.append(search.engine)
    assert used == ["re"] * 3 + ["hyperscan"] * 2


def test_a_large_amount_is_searched_with_hyperscan_from_the_start() -> None:
    assert Search(Secret("message", b"fluffy tail")).engine == "hyperscan"


def test_nothing_is_found_without_a_match() -> None:
    assert Search([]).matches(b"fluffy tail") == []
    for engine in ENGINES:
        assert Search(Secret("message", b"fluffy tail"), engine=engine).matches(b"") == []


def test_a_search_is_safe_in_several_threads() -> None:
    search = searches_of(b"fluffy tail", False)[0]
    found: list[int] = []

    def look(size: int) -> None:
        found.extend(len(search.matches(b"so, fluffy tail" * size)) - size for _ in range(50))

    threads = [threading.Thread(target=look, args=(size,)) for size in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 150


@pytest.mark.slow
@pytest.mark.parametrize("secret", [b"fluffy tail", b"aaaaaaaa"])
def test_matching_takes_linear_time(secret: bytes) -> None:
    """A generous bound: with quadratic time it would take a hundred times longer."""
    search = Search(Secret("message", secret))

    def cost(count: int) -> float:
        data = secret * count
        began = time.process_time()
        assert len(search.matches(data)) >= count
        return time.process_time() - began

    cost(100)
    assert cost(20_000) < 100 * (cost(2_000) + 0.01)
