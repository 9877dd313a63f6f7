"""The settings of the sidecar: environment variables, each of which is also an option of the command."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.options import NO_MEDIA, SEALED, SENT, VOUCHED, Options
from overheard.words.recording import only_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = 1 << 16
_NO_HTTP = "off"


class Address(NamedTuple):
    """Where to serve HTTP."""

    host: str
    port: int


@dataclass(frozen=True)
class Settings:
    """The settings of the sidecar.

    `window` is in seconds, `windows` how many there are (0: until it is ended), `buffer` in MiB; `carry` and `keep` are
    in bytes: what may be carried on from one window to the next, and the size of the recordings that are kept.
    `secrets` are files, or folders of them, and `keys` files of session keys. `recordings`, `verdict` and `http` may be
    None.
    """

    interface: str
    ports: tuple[int, ...]
    capture_filter: str
    window: int
    windows: int
    buffer: int
    carry: int
    secrets: tuple[Path, ...]
    keys: tuple[Path, ...]
    required: tuple[str, ...]
    sealed: tuple[str, ...]
    vouched: tuple[str, ...]
    recordings: Path | None
    keep: int
    verdict: Path | None
    http: Address | None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from environment variables. Raises SettingsError, which names the invalid variable."""
        env = Environment(variables)
        recordings = env.optional_path("OVERHEARD_RECORDINGS")
        if recordings and not recordings.is_dir():
            raise SettingsError(f"OVERHEARD_RECORDINGS is {str(recordings)!r}, which is not an existing folder")
        settings = cls(
            interface=env.text("OVERHEARD_INTERFACE", "eth0"),
            ports=tuple(map(_port, env.words("OVERHEARD_PORTS", ""))),
            capture_filter=env.text("OVERHEARD_FILTER", ""),
            window=env.count("OVERHEARD_WINDOW", "60"),
            windows=env.number("OVERHEARD_WINDOWS", "0"),
            buffer=env.count("OVERHEARD_BUFFER_MIB", "8"),
            carry=env.count("OVERHEARD_CARRY_MIB", "16") << 20,
            secrets=tuple(map(Path, env.words("OVERHEARD_SECRETS", ""))),
            keys=tuple(map(Path, env.words("OVERHEARD_KEYS", ""))),
            required=env.words("OVERHEARD_REQUIRE", ""),
            sealed=tuple(map(_endpoint, env.words("OVERHEARD_SEALED", ""))),
            vouched=env.words("OVERHEARD_VOUCH", ""),
            recordings=recordings,
            keep=env.count("OVERHEARD_KEEP_MIB", "64") << 20,
            verdict=env.optional_path("OVERHEARD_VERDICT"),
            http=_address(env.text("OVERHEARD_HTTP", "127.0.0.1:5698")),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError if what is asked for is unknown, or says nothing."""
        for name, words, known in (
            ("OVERHEARD_REQUIRE", self.required, (SEALED, NO_MEDIA)),
            # That a recording is whole is proved here.
            ("OVERHEARD_VOUCH", self.vouched, tuple(each for each in VOUCHED if each == SENT)),
        ):
            if unknown := [word for word in words if word not in known]:
                raise SettingsError(f"{name} has {unknown[0]!r}", hint=f"choose from {' and '.join(known)}")
        if self.vouched and not self.secrets:
            raise SettingsError("OVERHEARD_VOUCH is about secrets, and none is named", hint="name OVERHEARD_SECRETS")

    @property
    def options(self) -> Options:
        """How to judge."""
        required = dict.fromkeys((*self.required, *([SEALED] if self.sealed else [])))
        return Options(
            only=only_of(self.ports), vouched=self.vouched, required=tuple(required), sealed_endpoints=self.sealed
        )


def _number(text: str) -> int:
    """The number of a port; 0 if it is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(_PORTS)) else 0
    return number if number < _PORTS else 0


def _port(text: str) -> int:
    if number := _number(text):
        return number
    raise SettingsError(f"OVERHEARD_PORTS has {text!r}, which is not a port (1 to {_PORTS - 1})")


def _endpoint(text: str) -> str:
    """The text, if it has the form of an endpoint: what is in it is resolved for each window."""
    _, colon, port = text.rpartition(":")
    if colon and _number(port):
        return text
    raise SettingsError(
        f"OVERHEARD_SEALED has {text!r}, which is not an endpoint",
        hint="write 10.0.0.7:443, [fe80::1]:443, localhost:8443 or :443",
    )


def _address(text: str) -> Address | None:
    if text == _NO_HTTP:
        return None
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(host)
        number = _number(port)
    except ValueError:
        number = 0
    if not number:
        raise SettingsError(
            f"OVERHEARD_HTTP is {text!r}, which is not an address and a port",
            hint=f"write 127.0.0.1:5698, or 0.0.0.0:5698 for all of this network, or {_NO_HTTP}",
        )
    return Address(host, number)
