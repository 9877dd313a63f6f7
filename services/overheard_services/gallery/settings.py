"""All settings of the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import GALLERY_HEALTH, GALLERY_PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from overheard.words.gallery import Row


@dataclass(frozen=True)
class Settings:
    """The settings of the gallery. `port` is for health checks; the ports of its rows move with it."""

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

    def port_of(self, row: Row) -> int:
        """The port of a row in this gallery."""
        return row.port - GALLERY_HEALTH.port + self.port


def _port(env: Environment) -> int:
    port = env.port("OVERHEARD_GALLERY_PORT", str(GALLERY_HEALTH.port))
    if port + len(GALLERY_PORTS) > 65535:
        raise SettingsError(
            f"OVERHEARD_GALLERY_PORT is {port}, and there are no {len(GALLERY_PORTS)} ports after it for the rows"
        )
    return port
