"""The places where the corpus is recorded: as on each engine's tap.

On `lo`, as under the local engine, both sides are in one network namespace and a segment has up to 64 kB. On `veth`, as
between two containers, each side has a namespace of its own, and a frame has 1500 bytes. Recorder and server share one.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW_NETWORK = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def run(*command: str, passing: tuple[int, ...] = ()) -> None:
    """Run a program that sets something up, with these files of ours open in it."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=passing)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


def ip(words: str) -> None:
    """Run `ip` with these words."""
    run("ip", *words.split())


def move(interface: str, side: Side) -> None:
    """Move an interface of this side to another."""
    run("ip", "link", "set", interface, "netns", f"/proc/self/fd/{side.descriptor}", passing=(side.descriptor,))


class Side:
    """A network namespace: that of the thread which makes it, kept open for all others."""

    def __init__(self) -> None:
        # Open as long as the process: what is in a namespace ends with the last that refers to it.
        self.descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """Have this thread, and the threads and processes that it starts from now on, be at this side."""
        _checked(_LIBC.setns(self.descriptor, _NEW_NETWORK))

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be at this side for a while."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.enter()
            yield
        finally:
            _checked(_LIBC.setns(before, _NEW_NETWORK))
            os.close(before)


def new_side() -> Side:
    """A network namespace with nothing in it but its own `lo`."""
    made: list[Side] = []

    def make() -> None:
        _checked(_LIBC.unshare(_NEW_NETWORK))
        ip("link set lo up")
        made.append(Side())

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


@dataclass(frozen=True)
class Tap:
    """Where is recorded, and who is where.

    `here` is the interface that is recorded, at the server's side; `there` is the client's on the same wire. `far` is a
    side behind the server, which is reached through tunnels alone. With `hosts` begin the addresses at which the server
    answers, and `client` is where the clients come from.
    """

    name: str
    here: str
    there: str
    server: Side
    clients: Side
    far: Side
    hosts: str
    client: str

    def host(self, number: int) -> str:
        """The address of the server of the case with this number."""
        return f"{self.hosts}.{number // 250}.{number % 250 + 1}"

    def host6(self, number: int) -> str:
        """The same, of IPv6."""
        return f"fd77::{number + 1:x}"

    def ends(self, number: int) -> tuple[str, str]:
        """The addresses inside of a tunnel: the client's, and that of a server at the far side."""
        place = f"{number // 250}.{number % 250 + 1}"
        return f"10.79.{place}", f"10.78.{place}"

    def ends6(self, number: int) -> tuple[str, str]:
        """The same, of IPv6."""
        return f"fd79::{number + 1:x}", f"fd78::{number + 1:x}"


def lo() -> Tap:
    """The tap of the local engine. All of 127.0.0.0/8 is here."""
    ip("link set lo up")
    _answer_v6()
    _allow_early_data()
    here = Side()
    return Tap("lo", "lo", "lo", here, here, new_side(), "127.77", "127.0.0.1")


def veth() -> Tap:
    """The tap of containers: a pair of Ethernet interfaces, of which the server has one."""
    ip("link set lo up")
    server, clients = Side(), new_side()
    # Without this a "frame" has up to 64 kB, as the network card would be asked to cut it.
    ip("link add tap gso_max_segs 1 type veth peer name wire gso_max_segs 1")
    move("wire", clients)
    for side, name, number in ((server, "tap", 1), (clients, "wire", 2)):
        with side.entered():
            _allow_early_data()
            ip(f"link set {name} up")
            ip(f"addr add 10.76.0.{number}/24 dev {name}")
            ip(f"-6 addr add fd76::{number}/64 dev {name} nodad")
    ip("route add local 10.77.0.0/16 dev lo")
    _answer_v6()
    with clients.entered():
        ip("route add 10.77.0.0/16 via 10.76.0.1")
        ip("-6 route add fd77::/64 via fd76::1")
    return Tap("veth", "tap", "wire", server, clients, new_side(), "10.77", "10.76.0.2")


def _answer_v6() -> None:
    """Have every address of fd77::/64 be ours."""
    ip("-6 route add local fd77::/64 dev lo")
    setting("ipv6/ip_nonlocal_bind", "1")


def _allow_early_data() -> None:
    """Let TCP carry data in its very first segment where a program asks for it (RFC 7413), without a cookie."""
    setting("ipv4/tcp_fastopen", str(0x207))


TAPS = {"lo": lo, "veth": veth}


def setting(name: str, value: str) -> None:
    """Set a kernel parameter of this side's network. Raises OSError where that is not allowed."""
    Path("/proc/sys/net", name).write_text(value)
