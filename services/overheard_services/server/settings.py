"""All settings of the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import CA, OF_THE_SERVER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from overheard.words.services import Service


@dataclass(frozen=True)
class Enrolment:
    """How the server gets a certificate: URL of the CA, handover folder, names, and folder for the credentials."""

    ca_url: str
    handover: Path
    names: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class Settings:
    """The settings of the server. `services` are those that it serves, by their names in `OF_THE_SERVER`.

    It has an enrolment if any of them is HTTPS. The shared key is `secret_key`, or that in `shared_key_file`. `modern`
    is whether TLS is that of Mozilla's profile of this name: TLS 1.3 alone, and an EC key.
    """

    bind: str
    services: Mapping[str, Service]
    message: str
    enrolment: Enrolment | None
    secret_key: str
    shared_key_file: Path | None
    modern: bool

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings. Raises SettingsError, which names the variable."""
        env = Environment(variables)
        services = _services(env.words("OVERHEARD_SERVER_SERVICES", "http"))
        https = any(service.scheme == "https" for service in services.values())
        return cls(
            bind=env.text("OVERHEARD_SERVER_BIND", "127.0.0.1"),
            services=services,
            message=env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE),
            enrolment=_enrolment(env) if https else None,
            # The name in the tutorial.
            secret_key=env.text("SECRET_KEY", "") or env.content("SECRET_KEY_FILE"),
            shared_key_file=env.optional_path("OVERHEARD_SERVER_SHARED_KEY_FILE"),
            modern=_modern(env, services),
        )


def _modern(env: Environment, services: Mapping[str, Service]) -> bool:
    profile = env.choice("OVERHEARD_SERVER_TLS", ("intermediate", "modern"), "intermediate")
    if profile == "modern" and "legacy" in services:
        raise SettingsError(
            "OVERHEARD_SERVER_TLS is 'modern', which the service legacy cannot be",
            hint="leave legacy out of OVERHEARD_SERVER_SERVICES, or let OVERHEARD_SERVER_TLS be intermediate",
        )
    return profile == "modern"


def _services(words: tuple[str, ...]) -> dict[str, Service]:
    try:
        return _all_services(words)
    except ValueError as problem:
        raise SettingsError(
            f"OVERHEARD_SERVER_SERVICES is {','.join(words)!r}: {problem}",
            hint=f"write some of {','.join(OF_THE_SERVER)}, each with an optional port: http:8080",
        ) from None


def _all_services(words: tuple[str, ...]) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for word in words:
        name, colon, port = word.partition(":")
        if name not in OF_THE_SERVER:
            raise ValueError(f"{name!r} is not a service")
        if name in services:
            raise ValueError(f"{name} appears twice")
        services[name] = replace(OF_THE_SERVER[name], port=_port(port)) if colon else OF_THE_SERVER[name]
    if not services:
        raise ValueError("it names no service")
    if len({service.port for service in services.values()}) != len(services):
        raise ValueError("two services have the same port")
    return services


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise ValueError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _enrolment(env: Environment) -> Enrolment:
    return Enrolment(
        ca_url=env.text("OVERHEARD_CA_URL", CA.origin),
        handover=env.folder("OVERHEARD_SERVER_HANDOVER"),
        names=env.words("OVERHEARD_SERVER_NAMES", "server,localhost,127.0.0.1"),
        folder=env.folder("OVERHEARD_SERVER_CREDENTIALS"),
    )
