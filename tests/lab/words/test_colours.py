"""The agreement in small numbers: computed, and right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.colours import CLIENT, COMMON, PRIME, SERVER, mixed, steps, unmixed

secrets = st.integers(1, PRIME - 1)


@given(secrets, secrets)
def test_both_sides_come_to_the_same_colour_in_whatever_order_they_mix(client: int, server: int) -> None:
    assert mixed(mixed(COMMON, client), server) == mixed(mixed(COMMON, server), client)


@given(secrets)
def test_the_spy_finds_every_secret_paint_of_the_small_numbers_by_trying(secret: int) -> None:
    """And finds the very one: each paint makes a mixture of its own, which is why 5 and 23 were taken."""
    assert unmixed(COMMON, mixed(COMMON, secret)) == secret


def test_a_mixture_that_no_paint_makes_is_refused() -> None:
    with pytest.raises(ValueError, match="no power of 22 is 5 modulo 23"):
        unmixed(22, 5)


def test_the_story_does_not_give_a_secret_away_by_chance() -> None:
    """A mixture that looked like a secret, or like the key, would teach the wrong thing."""
    numbers = [
        COMMON,
        CLIENT,
        SERVER,
        mixed(COMMON, CLIENT),
        mixed(COMMON, SERVER),
        mixed(mixed(COMMON, CLIENT), SERVER),
    ]
    assert len(set(numbers)) == len(numbers)


@given(secrets, secrets)
def test_the_steps_tell_what_was_computed(client: int, server: int) -> None:
    told = "\n".join(steps(client, server))
    key = mixed(mixed(COMMON, client), server)
    assert f"{COMMON}^{client} mod {PRIME} = {mixed(COMMON, client)}." in told
    assert f"{COMMON}^{server} mod {PRIME} = {mixed(COMMON, server)}." in told
    assert told.count(f"mod {PRIME} = {key}.") >= 2
    assert f"finds it at try {client}, of at most {PRIME - 1}" in told


def test_the_steps_say_how_much_larger_the_real_numbers_are() -> None:
    """2^251 private keys (RFC 7748, 5: of 256 bits, five are given), and about 2^126 steps for the best method."""
    last = steps()[-1]
    assert f"2^251 private keys, about {round(2**251 / 10**75)} · 10^75" in last
    assert f"2^126 steps, or {round(2**126 / 10**37)} · 10^37" in last
