"""Real traffic of many kinds over a veth pair: `python wire.py FOLDER`, in namespaces of its own.

The far end of the pair is in another namespace. The payloads are sent over IPv4 and IPv6, over TCP, UDP and UDP-Lite,
in datagrams that are fragmented, and once more inside VXLAN. dumpcap records the near end, all interfaces with both
versions of Linux cooked capture, and a ring buffer of files.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 5001
UDP_LITE = 136
# The addresses of the near and of the far end: of the wire, and inside VXLAN.
PLAIN = [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")]
TUNNELLED = [("198.51.100.1", "198.51.100.2")]
SMALL, LARGE = "the squirrel sleeps", "acorns under the oak, " * 200
RECORDINGS = {
    "near": ["-i", "near"],
    "cooked": ["-i", "any", "-y", "LINUX_SLL"],
    "cooked2": ["-i", "any", "-y", "LINUX_SLL2"],
    "ring": ["-i", "near", "-b", "packets:40"],
}


def payload(kind: str, address: str) -> bytes:
    """The payload for a transport and an address."""
    return f"{kind} to {address}: {LARGE if 'large' in kind else SMALL}".encode()


def all_payloads() -> list[bytes]:
    """All payloads."""
    return [
        payload(kind, far)
        for _, far in (*PLAIN, *TUNNELLED)
        for kind in ("TCP", "UDP", "UDP-Lite", "large UDP", "large TCP")
    ]


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _up(link: str, at: int) -> None:
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "set", link, "mtu", "1500", "up")
    for ends in PLAIN:
        prefix = "64" if ":" in ends[at] else "24"
        _run("ip", "address", "add", f"{ends[at]}/{prefix}", "dev", link, *(["nodad"] if ":" in ends[at] else []))
    own, other = PLAIN[0][at], PLAIN[0][1 - at]
    _run(*f"ip link add tunnel type vxlan id 42 dstport 4789 local {own} remote {other}".split())
    _run("ip", "link", "set", "tunnel", "mtu", "1400", "up")
    _run("ip", "address", "add", f"{TUNNELLED[0][at]}/24", "dev", "tunnel")


def _sockets(family: int) -> tuple[socket.socket, socket.socket, socket.socket]:
    return (
        socket.socket(family, socket.SOCK_STREAM),
        socket.socket(family, socket.SOCK_DGRAM),
        socket.socket(family, socket.SOCK_DGRAM, UDP_LITE),
    )


def far() -> None:
    """The far end, which listens, and never responds."""
    print("there", flush=True)
    sys.stdin.readline()
    _up("far", 1)
    kept = []
    for _, address in (*PLAIN, *TUNNELLED):
        for each in _sockets(_family(address)):
            each.bind((address, PORT))
            kept.append(each)
        kept[-3].listen()
    print("listening", flush=True)
    sys.stdin.readline()
    for each in kept:
        each.close()


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _say(near: str, address: str) -> None:
    for kind in ("", "large "):
        tcp, udp, lite = _sockets(_family(address))
        with tcp, udp, lite:
            for each in (tcp, udp, lite):
                each.bind((near, 0))
                each.connect((address, PORT))
            tcp.sendall(payload(f"{kind}TCP", address))
            udp.send(payload(f"{kind}UDP", address))
            if not kind:
                lite.send(payload("UDP-Lite", address))


@contextmanager
def _recorded(folder: Path, name: str) -> Iterator[None]:
    command = ["dumpcap", "-q", "-B", "8", *RECORDINGS[name], "-w", str(folder / f"{name}.pcapng")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as dumpcap:
        assert dumpcap.stderr
        for line in dumpcap.stderr:
            if line.startswith("File: "):
                break
        yield
        dumpcap.send_signal(signal.SIGINT)
        dumpcap.stderr.read()


def near(folder: Path) -> None:
    """The near end, which records all of it."""
    command = ["unshare", "--net", sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        # /proc is that of the host and does not know this process identifier, so that the other end must tell.
        assert other.stdout.readline() == "there\n"
        _run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(other.pid))
        print("up", file=other.stdin, flush=True)
        _up("near", 0)
        assert other.stdout.readline() == "listening\n"
        with ExitStack() as recordings:
            for name in RECORDINGS:
                recordings.enter_context(_recorded(folder, name))
            for ends in (*PLAIN, *TUNNELLED):
                _say(*ends)
            # dumpcap will not see anything later than this.
            time.sleep(1)
        print("down", file=other.stdin, flush=True)


if __name__ == "__main__":
    near(Path(sys.argv[1])) if sys.argv[1:] else far()
