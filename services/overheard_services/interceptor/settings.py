"""All settings of the interceptor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.services import INTERCEPTED, INTERCEPTOR_HEALTH, Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STANDS_IN_FOR = ",".join(service.origin for service in INTERCEPTED)


@dataclass(frozen=True)
class Settings:
    """The settings of the interceptor.

    On `bind` it listens on the ports of the services that it impersonates, and forwards requests to them. `port` is for
    health checks. Its root certificate goes to the folder `handover`, and what it read to `record`.
    """

    bind: str
    port: int
    stands_in_for: tuple[Service, ...]
    handover: Path
    record: Path

    @property
    def health_url(self) -> str:
        """The address for health checks. As a destination, 0.0.0.0 is this machine."""
        return f"http://{self.bind}:{self.port}"

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings. Raises SettingsError, which names the variable."""
        env = Environment(variables)
        origins = env.words("OVERHEARD_INTERCEPTOR_STANDS_IN_FOR", _STANDS_IN_FOR)
        return cls(
            bind=env.text("OVERHEARD_INTERCEPTOR_BIND", "127.0.0.2"),
            port=env.port("OVERHEARD_INTERCEPTOR_PORT", str(INTERCEPTOR_HEALTH.port)),
            stands_in_for=tuple(_service("OVERHEARD_INTERCEPTOR_STANDS_IN_FOR", origin) for origin in origins),
            handover=env.folder("OVERHEARD_INTERCEPTOR_HANDOVER"),
            record=env.folder("OVERHEARD_INTERCEPTOR_RECORD"),
        )


def _service(name: str, origin: str) -> Service:
    try:
        parts = urlsplit(origin)
        service = Service(parts.scheme, parts.hostname or "", parts.port or 0)
    except ValueError:
        service = None
    if service is None or service.origin != origin or not service.port or service.scheme not in ("http", "https"):
        raise SettingsError(
            f"{name} has {origin!r} in it, which is not an origin", hint="write http://HOST:PORT or https://HOST:PORT"
        )
    return service
