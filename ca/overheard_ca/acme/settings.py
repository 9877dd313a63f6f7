"""The settings of ACME. Imports only the standard library."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard_ca.permitted import Network

# RFC 2104, 3: shorter keys are weaker than the hash.
_LEAST_KEY = 16


@dataclass(frozen=True)
class AcmeSettings:
    """How names are validated, and who may have an account.

    `resolver` is the address and port of a DNS server, or None for the machine's own. `forbidden` are networks to which
    no validation connects. `external_accounts` are the keys of those who may register; None if anybody may.
    """

    http_port: int = 80
    tls_port: int = 443
    resolver: tuple[str, int] | None = None
    forbidden: tuple[Network, ...] = ()
    external_accounts: dict[str, bytes] | None = None
    terms: str = ""
    bad_nonces: int = 0
    slow_validation: int = 0

    @classmethod
    def from_environment(cls, environment: Environment) -> AcmeSettings | None:
        """The settings, validated; None if ACME is off. Raises SettingsError, which names the variable."""
        if environment.choice("OVERHEARD_CA_ACME", ("on", "off"), "off") == "off":
            return None
        return cls(
            http_port=environment.port("OVERHEARD_CA_ACME_HTTP_PORT", "80"),
            tls_port=environment.port("OVERHEARD_CA_ACME_TLS_PORT", "443"),
            resolver=_resolver(environment.text("OVERHEARD_CA_ACME_RESOLVER", "")),
            forbidden=_networks(environment.words("OVERHEARD_CA_ACME_FORBIDDEN", "")),
            external_accounts=_external_accounts(environment.content("OVERHEARD_CA_ACME_EXTERNAL_ACCOUNTS_FILE")),
            terms=environment.text("OVERHEARD_CA_ACME_TERMS", ""),
            bad_nonces=_percent(environment),
            slow_validation=environment.number("OVERHEARD_CA_ACME_SLOW_VALIDATION", "0"),
        )


def _resolver(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "53")
    try:
        address, number = ip_address(host.strip("[]")), int(port)
    except ValueError:
        number = 0
    if not 0 < number < 65536:
        raise SettingsError(
            f"OVERHEARD_CA_ACME_RESOLVER is {text!r}, which is not the address of a DNS server",
            hint="write it like 127.0.0.1:8053",
        )
    return str(address), number


def _networks(words: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word) for word in words)
    except ValueError as problem:
        raise SettingsError(
            f"OVERHEARD_CA_ACME_FORBIDDEN: {problem}", hint="write networks like 10.0.0.0/8, with commas between them"
        ) from None


def _percent(environment: Environment) -> int:
    percent = environment.number("OVERHEARD_CA_ACME_BAD_NONCES", "0")
    if percent > 99:
        raise SettingsError(f"OVERHEARD_CA_ACME_BAD_NONCES is {percent}, which is not a percentage below 100")
    return percent


def _external_accounts(text: str) -> dict[str, bytes] | None:
    """The keys of external accounts (RFC 8555, 7.3.4) in a JSON object."""
    if not text:
        return None
    try:
        found = json.loads(text)
        keys = {str(name): _decoded(key) for name, key in found.items()}
    except (ValueError, TypeError, AttributeError):
        keys = {}
    if not keys or any(len(key) < _LEAST_KEY for key in keys.values()):
        raise SettingsError(
            "OVERHEARD_CA_ACME_EXTERNAL_ACCOUNTS_FILE is not a JSON object of keys",
            hint=f'write {{"NAME": "KEY"}}, each key at least {_LEAST_KEY} random bytes in base64url',
        )
    return keys


def _decoded(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
