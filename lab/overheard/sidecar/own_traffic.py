"""The sidecar's own HTTP, which is left out of what it records: by address and port, so that nothing else is."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.sidecar.settings import Address

# netdevice(7)
_SIOCGIFADDR = 0x8915
_IPV4 = 4
_IPV6 = Path("/proc/net/if_inet6")


def left_out(address: Address) -> str:
    """The capture filter (pcap-filter(7)) that matches it, in both directions.

    Who listens on all addresses of IPv4 has none of IPv6, nor the other way round: there, the port is somebody else's.
    """
    host = ipaddress.ip_address(address.host)
    hosts = [address.host]
    if host.is_unspecified:
        hosts = _addresses() if host.version == _IPV4 else _addresses_6()
    ways = (f"({side} host {host} and tcp {side} port {address.port})" for host in hosts for side in ("src", "dst"))
    return " or ".join(ways)


def _addresses() -> list[str]:
    """The IPv4 addresses of this network. What is not among them is recorded, and so is no loss."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            try:
                request = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("40s", name.encode()))
            except OSError:
                # It has none.
                continue
            found.append(socket.inet_ntoa(request[20:24]))
    return found


def _addresses_6() -> list[str]:
    """Its IPv6 addresses."""
    lines = _IPV6.read_text().splitlines() if _IPV6.exists() else []
    return [str(ipaddress.ip_address(bytes.fromhex(line.split()[0]))) for line in lines]
