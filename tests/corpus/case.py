"""Cases of the corpus: a leak of a secret, or a harmless look-alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from corpus.scene import Scene

FLUFFY = "fluffy tail"
# For spellings that only affect non-ASCII and special characters.
TROUBADOUR = "Tr0ub4dor&3 ünïcödé"
# Its base64 has characters that differ in base64url, at each alignment.
ARROWS = "??>>~~fluffy??>>~~"

# Layers whose bytes are on the wire one to one. For all others, a sighting locates the encoded bytes only.
EXACT = frozenset(
    {"chunked", "multipart", "HTTP/2", "gRPC", "WebSocket", "DNS", "telnet", "TLS handshake", "SCTP", "TFTP"}
)


class Play(Protocol):
    """Plays a case.

    It returns the bytes on the wire that carry the secret: those of a spelling or, under a layer, the encoded ones.
    None stands for the secret itself, in UTF-8.
    """

    def __call__(self, *, scene: Scene) -> bytes | None:
        """Play the case on this scene."""


class Missing(Exception):  # noqa: N818  (it is no error: this machine has not all programs)
    """A case cannot be played here. The message says what is missing, and how to install it."""


@dataclass(frozen=True)
class Leak:
    """The expected sighting of a secret: its layers, outermost first, and its spelling."""

    layers: tuple[str, ...] = ()
    spelling: str = "plainly"

    @property
    def exact(self) -> bool:
        """Whether the sighting must have the exact offset of the secret."""
        return EXACT.issuperset(self.layers)


@dataclass(frozen=True)
class Case:
    """One case of the corpus. Without a leak it is a look-alike, in which nothing may be found.

    `early` is played before the recording begins, and may leave objects in the scene's `kept`.
    """

    name: str
    play: Play
    leak: Leak | None
    secret: str = FLUFFY
    any_case: bool = False
    early: Play | None = None


def leak(name: str, play: Play, *layers: str, spelling: str = "plainly", secret: str = FLUFFY) -> Case:
    """A case that leaks the secret."""
    return Case(name, play, Leak(layers, spelling), secret)


def harmless(name: str, play: Play, secret: str = FLUFFY) -> Case:
    """A case that looks like a leak, but is not one."""
    return Case(name, play, None, secret)
