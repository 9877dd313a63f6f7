"""DTLS by the openssl program on both sides, over real sockets, with a recording relay in between."""

from __future__ import annotations

import select
import socket
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING

from capture import talk
from overheard_capture.protocols.tls.dtls import DtlsReader

if TYPE_CHECKING:
    from lab.pki import Files


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def spoken(files: Files, *options: str, transcript: bytes = b"fluffy tail\n") -> list[tuple[str, bytes]]:
    """The datagrams of both sides, in order, where the client sends `transcript`."""
    port = _free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as between:
        between.bind(("127.0.0.1", 0))
        common = [*options, "-cipher", "DEFAULT:@SECLEVEL=0"]
        keys = ["-cert", str(files.certificate), "-key", str(files.key)]
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", str(port), *keys, *common],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert server.stdout
        while b"ACCEPT" not in server.stdout.readline():
            assert server.poll() is None
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{between.getsockname()[1]}", *common],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _carry(between, port, client, transcript)
        finally:
            for program in (client, server):
                program.kill()
                program.communicate()


def _carry(
    between: socket.socket, port: int, client: subprocess.Popen[bytes], transcript: bytes
) -> list[tuple[str, bytes]]:
    """Relay datagrams until none arrives any more."""
    assert client.stdin
    noted: list[tuple[str, bytes]] = []
    caller: tuple[str, int] | None = None
    ends = time.monotonic() + 10
    expected = False
    while time.monotonic() < ends and select.select([between], [], [], 1.0)[0]:
        data, sender = between.recvfrom(65536)
        back = sender[1] == port
        caller = caller if back else sender
        noted.append(("<" if back else ">", data))
        assert caller
        between.sendto(data, caller if back else ("127.0.0.1", port))
        # The server has sent its Finished: an encrypted record.
        if back and not expected and data[-1:] and any(data[at : at + 5][3:5] == b"\0\1" for at in _heads(data)):
            expected = True
            client.stdin.write(transcript)
            client.stdin.flush()
    return noted


def _heads(data: bytes) -> list[int]:
    found, at = [], 0
    while at + 13 <= len(data):
        found.append(at)
        at += 13 + int.from_bytes(data[at + 11 : at + 13], "big")
    return found


# The findings of both sides, and which datagrams were DTLS.
read_datagrams = partial(talk.read_datagrams, DtlsReader)
