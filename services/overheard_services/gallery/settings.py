"""All settings of the gallery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import GALLERY_HEALTH, GALLERY_PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from overheard.words.gallery import Row
    from overheard.words.services import Service


@dataclass(frozen=True)
class Settings:
    """The settings of the gallery.

    `port` is for health checks, and for questions about what was revoked; the ports of its servers move with it.
    """

    bind: str
    port: int
    message: str
    handover: Path

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings. Raises SettingsError, which names the variable."""
        env = Environment(variables)
        return cls(
            bind=env.text("OVERHEARD_GALLERY_BIND", "127.0.0.1"),
            port=_port(env),
            message=env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE),
            handover=env.folder("OVERHEARD_GALLERY_HANDOVER"),
        )

    def port_of(self, server: Row | Service) -> int:
        """The port of a row, or of the server without a fault, in this gallery."""
        return server.port - GALLERY_HEALTH.port + self.port

    @property
    def origin(self) -> str:
        """Where it answers for health checks, and publishes what was revoked."""
        return replace(GALLERY_HEALTH, port=self.port).origin


def _port(env: Environment) -> int:
    port = env.port("OVERHEARD_GALLERY_PORT", str(GALLERY_HEALTH.port))
    if port + len(GALLERY_PORTS) > 65535:
        raise SettingsError(
            f"OVERHEARD_GALLERY_PORT is {port}, and there are no {len(GALLERY_PORTS)} ports after it for the rows"
        )
    return port
