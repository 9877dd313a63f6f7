"""Taps, where the corpus is recorded: as under each engine, and between two machines.

On `lo`, as under the local engine, both sides share a network namespace, and segments have up to 64 kB. On `veth`,
each side has its own namespace, and frames have 1500 bytes, as between two machines. On `compose`, the sides are two
containers on a Docker network, and the compose engine's sidecar records. Segments have up to 64 kB there as well; and
if the kernel filters bridged traffic, it reorders IP fragments first. Recorder and server always share a namespace.

Of the containers only the network namespaces are used. Servers and clients are always programs of this machine, which
enter them, so that the images need not have them.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.containers import Containers
from corpus.recorders import Recorder, recorded_by_sidecar, recorded_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NEW_NETWORK = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def run(*command: str, passing: tuple[int, ...] = ()) -> None:
    """Run a set-up program, which inherits these file descriptors."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, pass_fds=passing)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


def ip(words: str) -> None:
    """Run `ip` with these arguments."""
    run("ip", *words.split())


def move(interface: str, side: Side) -> None:
    """Move an interface from this side to another."""
    run("ip", "link", "set", interface, "netns", f"/proc/self/fd/{side.descriptor}", passing=(side.descriptor,))


class Side:
    """A network namespace, held open: that of a process, or of the current thread."""

    def __init__(self, process: int | None = None) -> None:
        # It stays open as long as this process: a namespace is destroyed with its last reference.
        self.descriptor = os.open(f"/proc/{process or 'thread-self'}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """Move this thread, and the threads and processes that it starts later, to this side."""
        _checked(_LIBC.setns(self.descriptor, _NEW_NETWORK))

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Enter this side during a `with` block."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.enter()
            yield
        finally:
            _checked(_LIBC.setns(before, _NEW_NETWORK))
            os.close(before)


def new_side() -> Side:
    """A network namespace with only `lo`."""
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
    """A tap: what is recorded, and the sides.

    `here` is the recorded interface, at the server side; `there` is the client's on the same wire. `far` is a side
    beyond the server, reachable through tunnels only. `hosts` is the prefix of the server's addresses, and `client` the
    address of the clients. `record` must be called by a thread at the server side.
    """

    name: str
    here: str
    there: str
    server: Side
    clients: Side
    far: Side
    hosts: str
    client: str
    record: Recorder

    def host(self, number: int) -> str:
        """The server's IPv4 address for the case with this number."""
        return f"{self.hosts}.{number // 250}.{number % 250 + 1}"

    def host6(self, number: int) -> str:
        """The same for IPv6."""
        return f"fd77::{number + 1:x}"

    def ends(self, number: int) -> tuple[str, str]:
        """The IPv4 addresses within a tunnel: the client's, and that of a server at the far side."""
        place = f"{number // 250}.{number % 250 + 1}"
        return f"10.79.{place}", f"10.78.{place}"

    def ends6(self, number: int) -> tuple[str, str]:
        """The same for IPv6."""
        return f"fd79::{number + 1:x}", f"fd78::{number + 1:x}"


def lo(_folder: Path) -> Tap:
    """The tap of the local engine. All of 127.0.0.0/8 is local."""
    ip("link set lo up")
    _answer_v6()
    _allow_early_data()
    here = Side()
    return Tap("lo", "lo", "lo", here, here, new_side(), "127.77", "127.0.0.1", partial(recorded_here, interface="lo"))


def veth(_folder: Path) -> Tap:
    """A pair of Ethernet interfaces, one at each side."""
    ip("link set lo up")
    server, clients = Side(), new_side()
    # Without this, segmentation offload makes frames of up to 64 kB.
    ip("link add tap gso_max_segs 1 type veth peer name wire gso_max_segs 1")
    move("wire", clients)
    return _wired("veth", (server, "tap"), (clients, "wire"), partial(recorded_here, interface="tap"))


def compose(folder: Path) -> Tap:
    """The tap of the compose engine, between the containers described in this folder."""
    made = Containers.kept(folder)
    server, clients = Side(made.servers), Side(made.clients)
    server.enter()
    for side in (server, clients):
        with side.entered():
            # Docker disables IPv6 unless a network enables it.
            for interfaces in ("all", "default"):
                setting(f"ipv6/conf/{interfaces}/disable_ipv6", "0")
    return _wired("compose", (server, "eth0"), (clients, "eth0"), partial(recorded_by_sidecar, token=made.token))


def _wired(name: str, here: tuple[Side, str], there: tuple[Side, str], record: Recorder) -> Tap:
    """The tap between two interfaces: `here`, at the server side, which is that of this thread, and `there`."""
    for number, (side, interface) in enumerate((here, there), 1):
        with side.entered():
            _allow_early_data()
            ip(f"link set {interface} up")
            ip(f"addr add 10.76.0.{number}/24 dev {interface}")
            ip(f"-6 addr add fd76::{number}/64 dev {interface} nodad")
    ip("route add local 10.77.0.0/16 dev lo")
    _answer_v6()
    (server, inner), (clients, outer) = here, there
    with clients.entered():
        ip("route add 10.77.0.0/16 via 10.76.0.1")
        ip("-6 route add fd77::/64 via fd76::1")
    return Tap(name, inner, outer, server, clients, new_side(), "10.77", "10.76.0.2", record)


def _answer_v6() -> None:
    """Make every address of fd77::/64 local."""
    ip("-6 route add local fd77::/64 dev lo")
    setting("ipv6/ip_nonlocal_bind", "1")


def _allow_early_data() -> None:
    """Enable TCP Fast Open without a cookie (RFC 7413), for programs that ask for it."""
    setting("ipv4/tcp_fastopen", str(0x207))


# The functions that set up each tap, given the folder of the recordings.
TAPS: dict[str, Callable[[Path], Tap]] = {"lo": lo, "veth": veth, "compose": compose}


def setting(name: str, value: str) -> None:
    """Set a kernel parameter of this side's namespace. Raises OSError if that is not allowed."""
    Path("/proc/sys/net", name).write_text(value)
