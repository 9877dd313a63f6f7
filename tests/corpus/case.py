"""A case of the corpus: one way in which a secret leaks, or something harmless that looks like one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from corpus.scene import Scene

FLUFFY = "fluffy tail"
# For spellings that only say something of letters beyond ASCII, and of characters that mean something elsewhere.
TROUBADOUR = "Tr0ub4dor&3 ünïcödé"
# Its base64 has characters in which base64url differs, at each alignment.
ARROWS = "??>>~~fluffy??>>~~"

# Layers whose bytes are the wire's, one to one. Of all others a sighting can only say where the wrapping is.
EXACT = frozenset(
    {"chunked", "multipart", "HTTP/2", "gRPC", "WebSocket", "DNS", "telnet", "TLS handshake", "SCTP", "TFTP"}
)


class Play(Protocol):
    """Plays a case.

    What it gives back are the bytes that carry the secret, as they are on the wire: those of a spelling or, under a
    layer, those that are wrapped. None: the secret itself, in UTF-8.
    """

    def __call__(self, *, scene: Scene) -> bytes | None:
        """Play it on this scene."""


class Missing(Exception):  # noqa: N818  (it is no error: this machine has not all programs)
    """A case cannot be played here: what it needs, and how to get that."""


@dataclass(frozen=True)
class Leak:
    """How a secret is to be seen: under which layers, outermost first, and in which spelling."""

    layers: tuple[str, ...] = ()
    spelling: str = "plainly"

    @property
    def exact(self) -> bool:
        """Whether the sighting is where the secret is, to the byte."""
        return EXACT.issuperset(self.layers)


@dataclass(frozen=True)
class Case:
    """One entry of the corpus. Without a leak it is a look-alike, in which nothing may be seen.

    `early` is played before the recording begins, and may leave something in the scene's `kept`.
    """

    name: str
    play: Play
    leak: Leak | None
    secret: str = FLUFFY
    any_case: bool = False
    early: Play | None = None


def leak(name: str, play: Play, *layers: str, spelling: str = "plainly", secret: str = FLUFFY) -> Case:
    """A way to leak the secret."""
    return Case(name, play, Leak(layers, spelling), secret)


def harmless(name: str, play: Play, secret: str = FLUFFY) -> Case:
    """Something that looks like a leak, and is none."""
    return Case(name, play, None, secret)
