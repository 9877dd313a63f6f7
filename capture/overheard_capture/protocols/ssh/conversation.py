"""The SSH state that both directions of a connection share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard_capture.protocols.ssh.algorithms import Agreement, agree
from overheard_capture.protocols.ssh.clear_messages import (
    KEX_GEX_INIT,
    KEX_GEX_REPLY,
    KEX_GEX_REQUEST,
    KEX_INIT,
    KEX_REPLY,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_OF_CLIENT, _OF_SERVER = {KEX_INIT, KEX_GEX_INIT, KEX_GEX_REQUEST}, {KEX_REPLY, KEX_GEX_REPLY}
# Where the lists for the client's direction are in KEXINIT; those for the server's direction are next to each.
_CIPHERS, _MACS, _COMPRESSIONS = 2, 4, 6


@dataclass
class SshSide:
    """What one side sent: the lists of its KEXINIT; and its role, once it took part in the key exchange."""

    lists: tuple[tuple[str, ...], ...] = ()
    is_client: bool | None = None

    @property
    def took_part(self) -> bool:
        """Whether it took part in a key exchange."""
        return bool(self.lists) and self.is_client is not None

    def take_role(self, kind: int) -> None:
        """Learn the role from the first message of the key exchange."""
        if self.is_client is None and kind in _OF_CLIENT | _OF_SERVER:
            self.is_client = kind in _OF_CLIENT


@dataclass
class SshConversation:
    """Both sides, and callbacks that wait for what both support."""

    sides: list[SshSide] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def update(self) -> None:
        """Call back if both sides have sent their lists."""
        if len(self.sides) == 2 and all(side.lists for side in self.sides):
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                each()

    def agreement(self, side: SshSide) -> Agreement:
        """What both sides agreed on for the direction of `side`."""
        other = next(each for each in self.sides if each is not side)
        client, server = (side, other) if side.is_client else (other, side)
        by_server = 0 if side.is_client else 1
        return Agreement(
            *(
                agree(client.lists[at + by_server], server.lists[at + by_server])
                for at in (_CIPHERS, _MACS, _COMPRESSIONS)
            )
        )
