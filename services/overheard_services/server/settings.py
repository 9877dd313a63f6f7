"""Every setting of the server, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.story import CA, HTTP, HTTPS, SECRET_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Enrolment:
    """How the server gets a certificate: from whom, proving itself with what, for which names, kept where."""

    ca_url: str
    handover: Path
    names: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class Settings:
    """What the server is told. It serves HTTPS when it has an enrolment, and HTTP when it has none."""

    bind: str
    port: int
    message: str
    enrolment: Enrolment | None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Raise SettingsError, naming the variable, where one makes no sense."""
        env = Environment(variables)
        https = env.choice("OVERHEARD_SERVER_SCHEME", ("http", "https"), "http") == "https"
        return cls(
            bind=env.text("OVERHEARD_SERVER_BIND", "127.0.0.1"),
            port=env.port("OVERHEARD_SERVER_PORT", str((HTTPS if https else HTTP).port)),
            message=env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE),
            enrolment=_enrolment(env) if https else None,
        )


def _enrolment(env: Environment) -> Enrolment:
    return Enrolment(
        ca_url=env.text("OVERHEARD_CA_URL", CA.origin),
        handover=env.folder("OVERHEARD_SERVER_HANDOVER"),
        names=env.words("OVERHEARD_SERVER_NAMES", "server,localhost,127.0.0.1"),
        folder=env.folder("OVERHEARD_SERVER_CREDENTIALS"),
    )
