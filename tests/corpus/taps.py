"""The places where the corpus is recorded: as on each engine's tap.

On `lo`, as under the local engine, both sides are in one network namespace and a segment has up to 64 kB. On `veth`
each side has a namespace of its own, and a frame has 1500 bytes, as between two machines. On `compose` the sides are
two containers, on a network of Docker's, and the compose engine's sidecar records: a segment has up to 64 kB there as
well, and where the kernel filters what crosses a bridge, it puts the fragments of a packet in order first. Recorder and
server always share a namespace.

Of the containers it is the networks that count. Servers and clients are everywhere the programs of this machine, which
enter these: so the images need not have them.
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
    """A network namespace: that of a process, or of the thread which makes this, kept open for all others."""

    def __init__(self, process: int | None = None) -> None:
        # Open as long as our process: what is in a namespace ends with the last that refers to it.
        self.descriptor = os.open(f"/proc/{process or 'thread-self'}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

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
    answers, and `client` is where the clients come from. `record` records, when a thread at the server's side calls it.
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


def lo(_folder: Path) -> Tap:
    """The tap of the local engine. All of 127.0.0.0/8 is here."""
    ip("link set lo up")
    _answer_v6()
    _allow_early_data()
    here = Side()
    return Tap("lo", "lo", "lo", here, here, new_side(), "127.77", "127.0.0.1", partial(recorded_here, interface="lo"))


def veth(_folder: Path) -> Tap:
    """A pair of Ethernet interfaces, of which the server has one."""
    ip("link set lo up")
    server, clients = Side(), new_side()
    # Without this a "frame" has up to 64 kB, as the network card would be asked to cut it.
    ip("link add tap gso_max_segs 1 type veth peer name wire gso_max_segs 1")
    move("wire", clients)
    return _wired("veth", (server, "tap"), (clients, "wire"), partial(recorded_here, interface="tap"))


def compose(folder: Path) -> Tap:
    """The tap of the compose engine, between the containers of which there is word in this folder."""
    made = Containers.kept(folder)
    server, clients = Side(made.servers), Side(made.clients)
    server.enter()
    for side in (server, clients):
        with side.entered():
            # Docker turns it off where a network was not asked to have it.
            for interfaces in ("all", "default"):
                setting(f"ipv6/conf/{interfaces}/disable_ipv6", "0")
    return _wired("compose", (server, "eth0"), (clients, "eth0"), partial(recorded_by_sidecar, token=made.token))


def _wired(name: str, here: tuple[Side, str], there: tuple[Side, str], record: Recorder) -> Tap:
    """The tap on a wire between two interfaces: `here`, at the server's side where this thread is, and `there`."""
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
    """Have every address of fd77::/64 be ours."""
    ip("-6 route add local fd77::/64 dev lo")
    setting("ipv6/ip_nonlocal_bind", "1")


def _allow_early_data() -> None:
    """Let TCP carry data in its very first segment where a program asks for it (RFC 7413), without a cookie."""
    setting("ipv4/tcp_fastopen", str(0x207))


# Each with how to set it up, given the folder into which is recorded.
TAPS: dict[str, Callable[[Path], Tap]] = {"lo": lo, "veth": veth, "compose": compose}


def setting(name: str, value: str) -> None:
    """Set a kernel parameter of this side's network. Raises OSError where that is not allowed."""
    Path("/proc/sys/net", name).write_text(value)
