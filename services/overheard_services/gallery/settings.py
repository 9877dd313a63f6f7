"""Every setting of the gallery, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.gallery import ROWS
from overheard.words.services import GALLERY_DESK
from overheard.words.story import SECRET_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What the gallery is told. `port` is where it says that it is ready; its rows have the ports that follow."""

    bind: str
    port: int
    message: str
    handover: Path

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Raise SettingsError, naming the variable, where one makes no sense."""
        env = Environment(variables)
        return cls(
            bind=env.text("OVERHEARD_GALLERY_BIND", "127.0.0.1"),
            port=_port(env),
            message=env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE),
            handover=env.folder("OVERHEARD_GALLERY_HANDOVER"),
        )


def _port(env: Environment) -> int:
    port = env.port("OVERHEARD_GALLERY_PORT", str(GALLERY_DESK.port))
    if port + len(ROWS) > 65535:
        raise SettingsError(
            f"OVERHEARD_GALLERY_PORT is {port}, and there are no {len(ROWS)} ports after it for the rows"
        )
    return port
