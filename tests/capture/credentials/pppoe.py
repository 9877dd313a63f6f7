"""A login by PAP over Ethernet, by programs that speak PPP themselves: the kernel need not know PPP."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING

from capture.credentials.clients import USER, WORD
from corpus.taps import ip, new_side
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROGRAMS = ("pppoe", "slirp-fullbolt", "ip")
# A pair of Ethernet interfaces, in a network of their own. The server is at the one that is recorded.
RECORDED, _CLIENTS = "recorded", "clients"
_ADDRESSES = {RECORDED: "02:00:00:00:00:01", _CLIENTS: "02:00:00:00:00:02"}
_SESSION_FRAMES = 0x8864
_ACKNOWLEDGED = b"\xc0\x23\x02"


def start(folder: Path, _: int) -> Iterator[None]:
    """A server that demands PAP runs in a network that this thread enters."""
    secrets = folder / ".pap-secrets"
    secrets.touch(mode=0o600)
    secrets.write_text(f"{USER} * {WORD}\n", encoding="utf-8")
    with new_side().entered():
        here, there = (f"{name} address {address}" for name, address in _ADDRESSES.items())
        ip(f"link add {here} type veth peer name {there}")
        for interface in _ADDRESSES:
            ip(f"link set {interface} up")
        # The recorder's marks need one.
        ip(f"address add 10.76.0.1/24 dev {RECORDED}")
        with _end(RECORDED, _CLIENTS, "+pap", variables={"HOME": str(folder)}):
            yield


def log_in(folder: Path, _: int) -> None:
    """A client logs in."""
    login = folder / "login"
    login.write_text(f"{USER}\n{WORD}\n", encoding="utf-8")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_SESSION_FRAMES)) as frames:
        frames.bind((_CLIENTS, 0))
        frames.settimeout(LONG)
        options = ("+ua", str(login), "initiate-options")
        with _end(_CLIENTS, RECORDED, *options, variables={"HOME": str(folder / "client")}):
            while _ACKNOWLEDGED not in frames.recv(1500):
                pass


@contextmanager
def _end(interface: str, peer: str, *options: str, variables: Mapping[str, str]) -> Iterator[None]:
    """One end of a session: what speaks PPP at a terminal, and what carries that over Ethernet."""
    ppp, ethernet = pty.openpty()
    try:
        tty.setraw(ppp)
        # Of slirp, only this build runs on 64 bits: the other one has a time to wait that overflows.
        programs = {
            ppp: ("slirp-fullbolt", "-P", *options),
            ethernet: ("pppoe", "-n", "-I", interface, "-e", f"1:{_ADDRESSES[peer]}"),
        }
        running = [
            subprocess.Popen(
                command,
                stdin=descriptor,
                stdout=descriptor,
                stderr=subprocess.DEVNULL,
                env={"PATH": f"{os.environ['PATH']}:/usr/sbin", **variables},
            )
            for descriptor, command in programs.items()
        ]
    finally:
        os.close(ppp)
        os.close(ethernet)
    try:
        yield
    finally:
        # They keep nothing, and pppoe does not end on SIGTERM if it comes in the wrong moment.
        for process in running:
            process.kill()
            process.wait()
