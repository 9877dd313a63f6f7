"""One place where a secret was seen."""

from __future__ import annotations

from dataclasses import field

from overheard.words.frozen import dataclass
from overheard.words.layer import Layers


@dataclass(frozen=True)
class Sighting:
    """A spelling of a secret, seen on the wire.

    `frame` counts from 1 as Wireshark does and holds the first byte; `offset` counts from 0 in the frame;
    `stream_offset` counts from 0 in its direction of the stream (or in the datagram); `frames` are all that carry a
    part of it. `layers` were decoded to find it, outermost first; `offset` and `length` are then those of the
    outermost layer. `stream` numbers TCP streams as Wireshark's `tcp.stream` does, and is -1 where there is no stream.
    What an interceptor wrote down is on no wire: its `frame` is 0.
    """

    secret: str
    spelling: str
    frame: int
    offset: int
    length: int
    stream: int
    direction: str
    stream_offset: int
    frames: tuple[int, ...]
    layers: Layers = ()

    @property
    def how(self) -> str:
        """How it was visible, in words: `plainly`, or `plainly, in Fernet opened with the interceptor's key`."""
        return ", in ".join((self.spelling, *reversed(self.layers)))


@dataclass(frozen=True)
class CredentialSighting(Sighting):
    """A credential that nobody named, where it was first seen. `spelling` is its kind, and `times` how often it was."""

    times: int = 1


@dataclass(frozen=True)
class Unwrapped:
    """The decoded content around a secret. For display only: it contains the secret."""

    before: bytes = field(repr=False)
    shown: bytes = field(repr=False)
    after: bytes = field(repr=False)
