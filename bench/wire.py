"""The benchmark's own wire: network namespaces, a link with frames of 1,500 bytes, and a recorder on it."""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import servers
from clients import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

# The last two bytes of the client's address are 0.2, which `grow` counts on.
SERVER, CLIENT = "10.77.0.1", "10.77.0.2"
LOOPBACK_SERVER, LOOPBACK_CLIENT = "127.0.0.1", "127.0.0.2"
_NEAR, _FAR = "near", "far"
# From linux/sockios.h and linux/ethtool.h: checksums, scatter-gather, TSO, GSO and GRO, each to be turned off.
_ETHTOOL = 0x8946
_OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)
# The overhead of pcapng per packet, including padding (a block header and trailer of 32 bytes).
_BLOCK = 34
_MARK = b"the end of the benchmark's traffic"
_PATIENCE = 20.0


class LostPacketsError(Exception):
    """The recorder was too slow: the capture is useless."""


@dataclass(frozen=True)
class Wanted:
    """What to record: the size of the file in `bytes`, the wire, and the protocol."""

    wire: str
    protocol: str
    leak: bool
    size: int
    file: Path

    @property
    def device(self) -> str:
        """The interface that is recorded."""
        return "lo" if self.wire == "lo" else _NEAR

    @property
    def ends(self) -> tuple[str, str]:
        """The addresses of server and client."""
        return (LOOPBACK_SERVER, LOOPBACK_CLIENT) if self.wire == "lo" else (SERVER, CLIENT)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _set_up(device: str, address: str) -> None:
    """Bring up one end of the link, with every offload off: the capture then has the frames of a real wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for offload in _OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", offload, 0))
            # An ifreq: the name in 16 bytes, and a pointer to the ethtool_value.
            asked = struct.pack("16sP16x", device.encode(), ctypes.addressof(value))
            # A kernel may lack some of them; those that it has must be off.
            with suppress(OSError):
                fcntl.ioctl(handle, _ETHTOOL, asked)
    _ip("address", "add", f"{address}/24", "dev", device)
    _ip("link", "set", device, "up")


@contextmanager
def _server(wanted: Wanted, certificate: Path) -> Iterator[None]:
    """The servers, at the other end of the link if there is one."""
    command = [sys.executable, __file__, "serve", wanted.wire, str(certificate), str(wanted.file)]
    if wanted.wire != "lo":
        command = ["unshare", "--net", *command]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin  # noqa: S101
        assert process.stdout  # noqa: S101
        # It is running, so it is in its namespace.
        _await_line(process, "here")
        if wanted.wire != "lo":
            _ip("link", "add", _NEAR, "type", "veth", "peer", "name", _FAR, "netns", str(process.pid))
            _set_up(_NEAR, CLIENT)
        print("go", file=process.stdin, flush=True)
        _await_line(process, "ready")
        try:
            yield
        finally:
            process.stdin.close()


def _await_line(process: subprocess.Popen[str], line: str) -> None:
    seen = process.stdout.readline() if process.stdout else ""
    if seen.strip() != line:
        sys.exit(f"awaited {line!r} of the server, saw {seen!r}: run this again")


def serve(wire: str, certificate: Path, seed: str) -> None:
    """The server's end, in its own namespace if there is a link."""
    print("here", flush=True)
    sys.stdin.readline()
    if wire != "lo":
        _ip("link", "set", "lo", "up")
        _set_up(_FAR, SERVER)
    servers.serve(certificate, seed)


def _captured(device: str) -> int:
    """The approximate size of the file so far, from the counters of the device."""
    for line in Path("/proc/self/net/dev").read_text().splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == device:
            fields = [int(field) for field in counters.split()]
            received, sent = fields[0] + _BLOCK * fields[1], fields[8] + _BLOCK * fields[9]
            # What lo sends it also receives; it is captured once.
            return received if device == "lo" else received + sent
    return 0


@contextmanager
def _recorder(wanted: Wanted) -> Iterator[None]:
    command = ["dumpcap", "-q", "-i", wanted.device, "-B", "64", "-w", str(wanted.file)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr  # noqa: S101
        said = ""
        while not said.startswith("File:"):
            said = process.stderr.readline()
            if not said:
                sys.exit("dumpcap did not start: is it installed, and may this user record?")
        try:
            yield
            _await_mark(wanted)
        finally:
            process.send_signal(signal.SIGINT)
        words = process.stderr.read()
    dropped = re.search(r"received/dropped on interface .*: \d+/(\d+)", words)
    if not dropped or int(dropped[1]):
        raise LostPacketsError(words.strip())


def _await_mark(wanted: Wanted) -> None:
    """Send a mark at the end, and wait until it is in the file: then everything before it is, too."""
    until = time.monotonic() + _PATIENCE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth, wanted.file.open("rb") as file:
        while time.monotonic() < until:
            mouth.sendto(_MARK, (wanted.ends[0], 9))
            time.sleep(0.3)
            file.seek(max(0, wanted.file.stat().st_size - (1 << 20)))
            if _MARK in file.read():
                return
    raise LostPacketsError(f"after {_PATIENCE:.0f} s the last packet was not in {wanted.file}")


def record(wanted: Wanted) -> None:
    """Record one capture, in the namespace of this process."""
    _ip("link", "set", "lo", "up")
    server, source = wanted.ends
    with tempfile.TemporaryDirectory() as folder:
        certificate = servers.certificate(server, Path(folder))
        tls = None
        if wanted.protocol == "https":
            tls = ssl.create_default_context(cafile=certificate)
            tls.keylog_filename = str(wanted.file.with_suffix(".keys"))
        client = Client(
            server,
            source,
            tls,
            seed=str(wanted.file),
            says_secret=wanted.leak or tls is not None,
            enough=lambda: _captured(wanted.device) > wanted.size,
        )
        with _server(wanted, certificate), _recorder(wanted):
            client.run({"small": client.chat, "short": client.visit}.get(wanted.wire) or client.browse)
            # The last FIN and its acknowledgement.
            time.sleep(0.5)


def main() -> None:
    """Record, or serve: people call `bench/traffic.py` instead."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=["record", "serve"])
    words.add_argument("rest", nargs="*")
    arguments = words.parse_args()
    if arguments.what == "serve":
        wire, certificate, seed = arguments.rest
        serve(wire, Path(certificate), seed)
        return
    wire, protocol, leak, size, file = arguments.rest
    try:
        record(Wanted(wire, protocol, leak == "leak", int(size), Path(file)))
    except LostPacketsError as lost:
        print(lost, file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
