"""Host filters, which select what to judge: `10.0.0.7`, `10.0.0.0/8`, `:443`, `[::1]:443`, or a MAC address.

A MAC address is for frames without IP addresses, such as those of switches: all others belong to the hosts of a flow.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError
from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from overheard_capture.packets.types import Endpoint

_FORMS = "write 10.0.0.7, 10.0.0.0/8, 10.0.0.7:443, localhost:8443, :443, fe80::1, [fe80::1]:443 or 01:80:c2:00:00:00"
# A name of a host, and a port.
_NAMED = re.compile(r"(?P<host>(?=[^:]*[A-Za-z])[\w.-]+)(?P<port>:[0-9]+)?")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.IGNORECASE)


class HostTerm(NamedTuple):
    """A network, a port, or both; None matches any. `host` is the network or the MAC address, as the user wrote it."""

    host: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None
    port: int | None
    is_mac: bool = False

    @classmethod
    def of(cls, text: str) -> HostTerm:
        """Parse a term. Raises SettingsError."""
        if _MAC.fullmatch(text):
            return cls(text.lower(), None, None, is_mac=True)
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
        if self.is_mac or self.port not in (None, end.port):
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


def numeric(text: str) -> tuple[str, ...]:
    """A term without names: one for each address of the host that it names. Raises SettingsError if it has none."""
    named = _NAMED.fullmatch(text)
    if not named:
        return (text,)
    import socket  # noqa: PLC0415  (few name any)

    try:
        found = socket.getaddrinfo(named["host"], None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SettingsError(f"nobody knows the address of {named['host']!r}", hint=_FORMS) from None
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    port = named["port"] or ""
    return tuple(f"[{address}]{port}" if port and ":" in address else address + port for address in addresses)


def _match(terms: tuple[HostTerm, ...], source: Endpoint, target: Endpoint) -> bool:
    return any(each.matches(end) for each in terms for end in (source, target))


class HostFilter(NamedTuple):
    """Whether to judge the traffic between two endpoints: `only` matches one, if not empty, and `without` neither."""

    only: tuple[HostTerm, ...]
    without: tuple[HostTerm, ...]

    def __call__(self, source: Endpoint, target: Endpoint) -> bool:
        """Whether to judge the traffic between these endpoints."""
        return (not self.only or _match(self.only, source, target)) and not self.leaves_out(source, target)

    def selects(self, source: Endpoint, target: Endpoint) -> bool:
        """Whether `only` names one of these endpoints, and `without` neither."""
        return _match(self.only, source, target) and not self.leaves_out(source, target)

    def leaves_out(self, source: Endpoint, target: Endpoint) -> bool:
        """Whether `without` names one of these endpoints."""
        return _match(self.without, source, target)

    def judges_frame(self, macs: Collection[str]) -> bool:
        """Whether to judge a frame without IP addresses, from and to these. Unless told so, it may be of any host."""
        only = [each.host for each in self.only if each.is_mac]
        return (not only or any(each in macs for each in only)) and not any(
            each.host in macs for each in self.without if each.is_mac
        )


def host_filter(only: Sequence[str], without: Sequence[str]) -> HostFilter | None:
    """A filter from these terms; None if there are none. Raises SettingsError."""
    if not only and not without:
        return None
    return HostFilter(tuple(map(HostTerm.of, only)), tuple(map(HostTerm.of, without)))
