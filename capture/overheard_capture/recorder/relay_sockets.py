"""What the relay asks of sockets, within asyncio and without its streams."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from overheard_capture.recorder.ip_packets import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

# Two numbers are the value of SO_LINGER, which Windows has shorter.
_LINGER = "hh" if sys.platform == "win32" else "ii"


async def addresses(host: str, port: int) -> Iterable[tuple[socket.AddressFamily, Any]]:
    """What a name stands for. Raises OSError if that is nothing."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


async def received(source: socket.socket) -> bytes:
    """The next data of a socket, or nothing if there is no more. If it is cancelled, nothing was received."""
    while True:
        await _readable(source)
        with suppress(BlockingIOError):
            return source.recv(MOST_BYTES)


async def _readable(source: socket.socket) -> None:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(source, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(source)


def reset(connection: socket.socket) -> None:
    """Break a connection off, so that the other end notices: by RST instead of FIN (SO_LINGER in socket(7))."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
    connection.close()


def reason(problem: OSError) -> str:
    """Why something failed, in the words of the system: those of Python name addresses, or no reason."""
    if isinstance(problem, socket.gaierror) or not problem.errno:
        return problem.strerror or str(problem)
    return os.strerror(problem.errno)
