"""The ground of a verdict, in words and as data."""

from __future__ import annotations

import pytest

from overheard.words.ground import Amount, Ground, Proof


@pytest.mark.parametrize(
    ("ground", "text", "sealed"),
    [
        (Ground({}, Proof.KEYS), "sealed, proved by the session keys", True),
        (Ground({}, Proof.SHAPE), "sealed, by shape", True),
        (Ground({"HTTP/1.1": 1412}, Proof.SHAPE), "searched: 1,412 bytes of HTTP/1.1 in clear", False),
        (Ground({"HTTP/1.1": 1412}, Proof.KEYS), "searched: 1,412 bytes of HTTP/1.1 in clear", False),
        (
            Ground({"a": 9}, opaque={"opaque value": Amount(7, 256, 800), "media": Amount(2, 900, 1700)}),
            "searched: 9 bytes of a in clear, with 1,700 bytes of media, 7 opaque values of at most 256 bytes",
            False,
        ),
        (
            Ground({"a": 9}, opaque={"x": Amount(1, 9, 9), "y": Amount(1000, 9, 9)}),
            "searched: 9 bytes of a in clear, with 1 x of 9 bytes, 1,000 or more ys of at most 9 bytes",
            False,
        ),
        (Ground({}), "nothing was encrypted", False),
        (
            Ground({"a": 1, "b": 5, "c": 4, "d": 3, "e": 2}),
            "searched: 5 bytes of b, 4 bytes of c, 3 bytes of d, 3 bytes of others in clear",
            False,
        ),
    ],
)
def test_it_says_what_was_in_clear(ground: Ground, text: str, sealed: bool) -> None:
    assert (str(ground), ground.sealed) == (text, sealed)
    assert Ground.from_json(ground.to_json()) == ground
