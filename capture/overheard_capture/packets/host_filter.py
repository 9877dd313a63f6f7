"""Host filters, which select the flows to judge: terms such as `10.0.0.7`, `10.0.0.0/8`, `:443`, `[::1]:443`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.packets.types import Endpoint

_FORMS = "write 10.0.0.7, 10.0.0.0/8, 10.0.0.7:443, :443, fe80::1 or [fe80::1]:443"


class HostTerm(NamedTuple):
    """A network, a port, or both; None matches any. `host` is the network as the user wrote it."""

    host: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None
    port: int | None

    @classmethod
    def of(cls, text: str) -> HostTerm:
        """Parse a term. Raises SettingsError."""
        host, port = _split(text)
        try:
            network = ipaddress.ip_network(host, strict=False) if host else None
            number = int(port) if port else None
        except ValueError:
            raise SettingsError(f"{text!r} is neither a host nor a port", hint=_FORMS) from None
        if (network is None and number is None) or (number is not None and not 0 < number < 65536):
            raise SettingsError(f"{text!r} is neither a host nor a port", hint=_FORMS)
        return cls(host, network, number)

    def matches(self, end: Endpoint) -> bool:
        """Whether the term matches an endpoint."""
        if self.port not in (None, end.port):
            return False
        return self.network is None or ipaddress.ip_address(end.address) in self.network


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, port.removeprefix(":")
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, ""


@dataclass(frozen=True)
class HostFilter:
    """Whether to judge the traffic between two endpoints: `only` matches one, if not empty, and `without` neither."""

    only: tuple[HostTerm, ...]
    without: tuple[HostTerm, ...]

    def __call__(self, source: Endpoint, target: Endpoint) -> bool:
        """Whether to judge the traffic between these endpoints."""

        def matched(terms: tuple[HostTerm, ...]) -> bool:
            return any(each.matches(end) for each in terms for end in (source, target))

        return (not self.only or matched(self.only)) and not matched(self.without)


def host_filter(only: Sequence[str], without: Sequence[str]) -> HostFilter | None:
    """A filter from these terms; None if there are none. Raises SettingsError."""
    if not only and not without:
        return None
    return HostFilter(tuple(map(HostTerm.of, only)), tuple(map(HostTerm.of, without)))
