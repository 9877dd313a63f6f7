"""All settings of the certificate authority. Imports only the standard library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from overheard.role.names import Name, read_name
from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.services import CA
from overheard_ca.acme.settings import AcmeSettings
from overheard_ca.key_uri import KeyUri
from overheard_ca.permitted import Network, Permitted, by_default, exactly, read_limit
from overheard_ca.profile import Profile
from overheard_ca.status.urls import StatusUrls

# It is the name of a folder, so it must not contain a path.
_REQUESTER = re.compile("[a-z0-9][a-z0-9-]{0,62}")

# The port that a Host leaves out.
_HTTPS = 443

# In OVERHEARD_CA_PERMITTED.
_ANY = "any"

# The root itself is valid for 10 years.
_MOST_DAYS = 3650


@dataclass(frozen=True)
class Requester:
    """A requester who may get a certificate for any of `names`; without names, only the root.

    `profile` is the use of the certificate.
    """

    name: str
    names: tuple[Name, ...]
    profile: Profile = Profile.SERVER


@dataclass(frozen=True)
class Settings:
    """`days` is the lifetime of a certificate; `handover` has one folder per requester, private to each.

    `status` is where clients learn of revocations, if anywhere. `limits` are what may be certified at all: by default
    if there are none, and None if that is anything. `log` is whether it keeps a log, and
    `log_roots` a file of further roots for that.
    """

    bind: IPv4Address
    port: int
    host: str
    state: Path
    passphrase_file: Path
    handover: Path
    days: int
    requesters: tuple[Requester, ...]
    acme: AcmeSettings | None
    status: StatusUrls | None
    limits: tuple[str | Network, ...] | None
    issuing_key: KeyUri | None
    log: bool = False
    log_roots: Path | None = None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """The settings, validated. Raises SettingsError, which names the variable."""
        environment = Environment(variables)
        port, status = environment.port("OVERHEARD_CA_PORT", str(CA.port)), _status(environment)
        acme = AcmeSettings.from_environment(environment)
        log = environment.choice("OVERHEARD_CA_LOG", ("on", "off"), "off") == "on"
        if status and status.port == port:
            raise SettingsError(f"OVERHEARD_CA_STATUS_URL has the port {port}, on which HTTPS is served")
        return cls(
            bind=_bind(environment),
            port=port,
            host=_host(environment),
            state=environment.folder("OVERHEARD_CA_STATE"),
            passphrase_file=environment.path("OVERHEARD_CA_PASSPHRASE_FILE"),
            handover=environment.path("OVERHEARD_CA_HANDOVER"),
            days=_days(environment),
            requesters=_requesters(environment, status, acme, log=log),
            acme=acme,
            status=status,
            limits=_limits(environment.words("OVERHEARD_CA_PERMITTED", "")),
            issuing_key=_issuing_key(environment.text("OVERHEARD_CA_ISSUING_KEY", "")),
            log=log,
            log_roots=environment.optional_path("OVERHEARD_CA_LOG_ROOTS"),
        )

    @property
    def allowed(self) -> frozenset[Name]:
        """Every name that any requester may have certified."""
        return frozenset(name for requester in self.requesters for name in requester.names)

    @property
    def permitted(self) -> Permitted | None:
        """What may be certified at all, its own names included; None if that is anything."""
        if self.limits is None:
            return None
        limits = self.limits or by_default((*self.allowed, *self.own_names))
        return Permitted.of((*limits, *map(exactly, self.own_names)))

    @property
    def reached_at(self) -> IPv4Address:
        """The address at which a program on the same machine can reach it."""
        return IPv4Address("127.0.0.1") if self.bind.is_unspecified else self.bind

    @property
    def hosts(self) -> frozenset[str]:
        """What stands in the Host of requests to it, in lower case."""
        names = [str(name) for name in self.own_names]
        return frozenset([*(f"{name}:{self.port}" for name in names), *(names if self.port == _HTTPS else ())])

    @property
    def own_names(self) -> tuple[Name, ...]:
        """The names of its own certificate, each once, its host name first."""
        return tuple(dict.fromkeys((self.host, "localhost", IPv4Address("127.0.0.1"), self.reached_at)))


def _bind(environment: Environment) -> IPv4Address:
    text = environment.text("OVERHEARD_CA_BIND", "127.0.0.1")
    try:
        return IPv4Address(text)
    except ValueError:
        raise SettingsError(f"OVERHEARD_CA_BIND is {text!r}, which is not an IPv4 address") from None


def _host(environment: Environment) -> str:
    text = environment.text("OVERHEARD_CA_HOST", "ca")
    try:
        name = read_name(text)
    except ValueError:
        name = None
    if not isinstance(name, str):
        raise SettingsError(f"OVERHEARD_CA_HOST is {text!r}, which is not a DNS name")
    return name


def _days(environment: Environment) -> int:
    days = environment.count("OVERHEARD_CA_DAYS", "30")
    if days > _MOST_DAYS:
        raise SettingsError(f"OVERHEARD_CA_DAYS is {days}, which is more than {_MOST_DAYS}")
    return days


def _status(environment: Environment) -> StatusUrls | None:
    text = environment.text("OVERHEARD_CA_STATUS_URL", "")
    ocsp = environment.choice("OVERHEARD_CA_OCSP", ("on", "off"), "on") == "on"
    if not text:
        return None
    if not _is_base(text):
        raise SettingsError(
            f"OVERHEARD_CA_STATUS_URL is {text!r}, which is not http:// with a host and perhaps a port",
            hint="write it as clients reach it, like http://ca:8080",
        )
    return StatusUrls(text.rstrip("/"), ocsp)


def _is_base(text: str) -> bool:
    try:
        url = urlsplit(text)
        read_name(url.hostname or "")
        given = url.port
    except ValueError:
        return False
    # Anything else, such as a path or a user, is not in this.
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return text.lower().rstrip("/") == f"http://{host}" + (f":{given}" if given else "")


def _issuing_key(text: str) -> KeyUri | None:
    try:
        return KeyUri.read(text) if text else None
    except ValueError as problem:
        raise SettingsError(f"OVERHEARD_CA_ISSUING_KEY is not the URI of a key in a token: {problem}") from None


def _limits(words: tuple[str, ...]) -> tuple[str | Network, ...] | None:
    """The limits as given, none if none are; None for `any`."""
    if words == (_ANY,):
        return None
    try:
        return tuple(map(_limit, words))
    except ValueError as problem:
        raise SettingsError(
            f"OVERHEARD_CA_PERMITTED is {','.join(words)!r}: {problem}",
            hint=f"write it like corp.example,10.0.0.0/8; or {_ANY}, for no limit",
        ) from None


def _limit(word: str) -> str | Network:
    if word == _ANY:
        raise ValueError(f"{_ANY} stands alone")
    return read_limit(word)


def _requesters(
    environment: Environment, status: StatusUrls | None, acme: AcmeSettings | None, *, log: bool
) -> tuple[Requester, ...]:
    # With ACME, there need not be any.
    text = environment.text("OVERHEARD_CA_REQUESTERS", "" if acme else None)
    if not text:
        return ()
    try:
        return _all_requesters(text, staples=status is not None and status.ocsp, log=log)
    except ValueError as problem:
        raise SettingsError(
            f"OVERHEARD_CA_REQUESTERS is {text!r}: {problem}",
            hint="write it like server=server,localhost,127.0.0.1;client=client:squirrel",
        ) from None


def _all_requesters(text: str, *, staples: bool, log: bool) -> tuple[Requester, ...]:
    requesters = tuple(_requester(entry) for entry in text.split(";") if entry.strip())
    if not requesters:
        raise ValueError("it names no requester")
    profiles = {requester.profile for requester in requesters}
    if not log and Profile.LOGGED in profiles:
        raise ValueError("logged needs OVERHEARD_CA_LOG=on, or there is nobody to log it")
    if not staples and Profile.MUST_STAPLE in profiles:
        raise ValueError("muststaple needs OVERHEARD_CA_STATUS_URL and OCSP, or there is nothing to staple")
    if len({requester.name for requester in requesters}) != len(requesters):
        raise ValueError("a requester appears twice")
    return requesters


def _requester(entry: str) -> Requester:
    name, equals, names = (part.strip() for part in entry.partition("="))
    if not equals:
        raise ValueError(f"{name!r} has no = after the requester's name")
    if not _REQUESTER.fullmatch(name):
        raise ValueError(f"{name!r} is not a valid name for a requester (lower-case letters, digits and hyphens)")
    profile, names = _profile(names)
    wanted = [word.strip() for word in names.split(",")] if names or profile else []
    return Requester(name, tuple(dict.fromkeys(map(read_name, wanted))), profile or Profile.SERVER)


def _profile(names: str) -> tuple[Profile | None, str]:
    """The profile before the names, if there is one, and the names: an address may have colons, too."""
    word, colon, after = names.partition(":")
    return (Profile(word), after) if colon and word in set(Profile) else (None, names)
