"""Nestings of a secret: what is put around it, layer by layer, as data that can be drawn, kept and shrunk.

Neither this nor the modules that make layers import the readers: a fault that both sides share would be invisible.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Shape(IntEnum):
    """What bytes may look like; each shape may stand wherever the next ones may.

    A TOKEN has letters, digits and `-_.~+/=:` alone; a LINE is printable UTF-8 without a line end; a TEXT may have
    line ends; EIGHT_BIT is text in another charset; BINARY is anything.
    """

    TOKEN = 0
    LINE = 1
    TEXT = 2
    EIGHT_BIT = 3
    BINARY = 4


class MisfitError(ValueError):
    """A layer cannot stand around such bytes."""


@dataclass(frozen=True)
class Layer:
    """One way to put something around bytes.

    `takes` is the widest shape that it can hold, and `gives` the shape of what it makes; None if that is no narrower
    than what it took, and at least a LINE.
    """

    name: str
    takes: Shape
    gives: Shape | None
    make: Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Made:
    """Bytes, and their shape."""

    data: bytes
    shape: Shape


@dataclass(frozen=True)
class Recipe:
    """A nesting, from the inside out: the secret, its charset, the layers, the protocol, the segments, the network.

    Every layer draws its details from `seed` and its own name alone, so they stay as they are when another is left out.
    """

    seed: int
    secret: str
    charset: str
    layers: tuple[str, ...]
    talk: str
    segments: str
    network: str

    def chance(self, name: str) -> random.Random:
        """Random numbers for one layer."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311  (nothing is kept secret with it)

    @property
    def kind(self) -> str:
        """What it is, without the secret and the details: recipes of one kind are one find."""
        inner = [self.charset, *self.layers] if self.charset != "utf-8" else list(self.layers)
        outer = [each for each in (self.segments, self.network) if each != "plain"]
        return " in ".join([*inner, self.talk, *outer])

    def to_json(self) -> dict[str, Any]:
        """For a file, and for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Recipe:
        """The recipe of a file."""
        return cls(**{**fields, "layers": tuple(fields["layers"])})


def wrap(made: Made, layer: Layer, chance: random.Random) -> Made:
    """Put a layer around bytes. Raises MisfitError if it cannot hold them."""
    if made.shape > layer.takes:
        raise MisfitError(f"{layer.name} holds no {made.shape.name}")
    gives = max(made.shape, Shape.LINE) if layer.gives is None else layer.gives
    return Made(layer.make(made.data, chance), gives)


def table(*layers: Layer) -> dict[str, Layer]:
    """Layers by name. Two of one name are a mistake."""
    named = {layer.name: layer for layer in layers}
    if len(named) < len(layers):
        raise ValueError("two layers have the same name")
    return named
