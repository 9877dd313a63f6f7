"""Free ports, which neither concurrent tests nor the kernel, for clients, will use."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from itertools import cycle
from typing import TYPE_CHECKING

from workers import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

# A range for each worker, below the ephemeral ports (32768 and above, ip_local_port_range).
_MANY = 1200
_FIRST = 11_000 + NUMBER % 16 * _MANY
# Another test run on this machine is unlikely to begin at the same port.
_SKIPPED = random.randrange(_MANY)  # noqa: S311  (not for secrets)
_PORTS: Iterator[int] = cycle([*range(_FIRST + _SKIPPED, _FIRST + _MANY), *range(_FIRST, _FIRST + _SKIPPED)])


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free at the moment."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` consecutive free TCP ports."""
    for _ in range(_MANY):
        ports = [next(_PORTS) for _ in range(count)]
        if ports[-1] - ports[0] == count - 1 and all(map(_is_free, ports)):
            return ports[0]
    raise AssertionError("no free ports were found")


def _is_free(port: int) -> bool:
    with ExitStack() as stack:
        try:
            for address in ("127.0.0.1", "127.0.0.2"):
                stack.enter_context(socket.create_server((address, port)))
        except OSError:
            return False
    return True
