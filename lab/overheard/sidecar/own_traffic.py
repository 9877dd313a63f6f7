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
_IPV6 = Path("/proc/net/if_inet6")


def left_out(address: Address) -> str:
    """The capture filter (pcap-filter(7)) that matches it, in both directions."""
    hosts = _own_addresses() if ipaddress.ip_address(address.host).is_unspecified else [address.host]
    ways = (f"({side} host {host} and tcp {side} port {address.port})" for host in hosts for side in ("src", "dst"))
    return " or ".join(ways)


def _own_addresses() -> list[str]:
    """The addresses of this network. What is not among them is recorded, and so is no loss."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            try:
                request = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("40s", name.encode()))
            except OSError:
                # It has none.
                continue
            found.append(socket.inet_ntoa(request[20:24]))
    lines = _IPV6.read_text().splitlines() if _IPV6.exists() else []
    return [*found, *(str(ipaddress.ip_address(bytes.fromhex(line.split()[0]))) for line in lines)]
