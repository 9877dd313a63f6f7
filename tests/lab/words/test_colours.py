"""The key agreement in small numbers, and whether it is computed correctly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.colours import CLIENT, COMMON, PRIME, SERVER, mixed, steps, unmixed

secrets = st.integers(1, PRIME - 1)


@given(secrets, secrets)
def test_both_sides_get_the_same_colour_in_any_order_of_mixing(client: int, server: int) -> None:
    assert mixed(mixed(COMMON, client), server) == mixed(mixed(COMMON, server), client)


@given(secrets)
def test_the_spy_finds_every_small_secret_by_trying(secret: int) -> None:
    """The result is unique: each paint gives a different mixture, which is why 5 and 23 were chosen."""
    assert unmixed(COMMON, mixed(COMMON, secret)) == secret


def test_an_impossible_mixture_is_an_error() -> None:
    with pytest.raises(ValueError, match="no power of 22 is 5 modulo 23"):
        unmixed(22, 5)


def test_the_story_does_not_give_a_secret_away_by_chance() -> None:
    """A mixture that equals a secret or the key would be misleading."""
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
def test_the_steps_show_the_computed_numbers(client: int, server: int) -> None:
    text = "\n".join(steps(client, server))
    key = mixed(mixed(COMMON, client), server)
    assert f"{COMMON}^{client} mod {PRIME} = {mixed(COMMON, client)}." in text
    assert f"{COMMON}^{server} mod {PRIME} = {mixed(COMMON, server)}." in text
    assert text.count(f"mod {PRIME} = {key}.") >= 2
    assert f"finds it at try {client}, of at most {PRIME - 1}" in text


def test_the_steps_show_the_size_of_the_real_numbers() -> None:
    """2^251 private keys (RFC 7748, 5: five of the 256 bits are fixed), and about 2^126 steps for the best method."""
    last = steps()[-1]
    assert f"2^251 private keys, about {round(2**251 / 10**75)} · 10^75" in last
    assert f"2^126 steps, or {round(2**126 / 10**37)} · 10^37" in last
