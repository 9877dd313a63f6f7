"""Cases that need a network or a file system of their own. inside.py plays them in namespaces."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lab.sidecar.rolled import Rolled, say
from overheard.sidecar.own_traffic import left_out
from overheard.sidecar.settings import Address
from processes import eventually


def outcome(rolled: Rolled) -> dict[str, Any]:
    """What came of it."""
    reasons = [sorted(rolled.reasons(number)) for number in range(1, len(rolled.windows) + 1)]
    return {"states": rolled.states, "reasons": reasons, "problem": rolled.problem}


def gone(folder: Path) -> dict[str, Any]:
    """The network of the service is gone: its interface, and all that went over it."""
    setup = (
        "ip link add web0 type veth peer name web1; ip addr add 10.9.0.1/24 dev web0; ip link set web0 up; "
        "ip netns add other; ip link set web1 netns other; "
        "ip -n other addr add 10.9.0.2/24 dev web1; ip -n other link set web1 up"
    )
    subprocess.run(["sh", "-ec", f"mount -t tmpfs none /run; {setup}"], check=True)
    rolled = Rolled(folder, OVERHEARD_INTERFACE="web0", OVERHEARD_FILTER="udp port 9")
    with rolled.running():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello", ("10.9.0.2", 9))
        with patch("overheard_capture.recorder.flows._IDLE", 0.0):
            rolled.cut()
            assert eventually(lambda: bool(rolled.windows))
        subprocess.run(["ip", "link", "del", "web0"], check=True)
        rolled.cut()
    return outcome(rolled)


def full(folder: Path) -> dict[str, Any]:
    """The disk on which is recorded has no room for a window with much in it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(folder)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        rolled = Rolled(folder, OVERHEARD_PORTS=str(server.getsockname()[1]))
        with rolled.running():
            with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
                client.sendall(bytes(600_000))
                for _ in range(20):
                    served.recv(30_000, socket.MSG_WAITALL)
            eventually(lambda: "INCONCLUSIVE" in rolled.states and not list(folder.glob("work/*/recorded.pcapng"))[1:])
            rolled.cut()
            with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
                say(client, served, "hello\n")
    return outcome(rolled)


def no_rights(folder: Path) -> dict[str, Any]:
    """Root of a user namespace that has no network of its own may not record."""
    code = f"from lab.sidecar.cases import refused; from pathlib import Path; refused(Path({str(folder)!r}))"
    command = ["setpriv", "--bounding-set", "-net_raw,-net_admin", "--inh-caps", "-net_raw,-net_admin"]
    done = subprocess.run(
        [*command, "--", sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(folder: Path) -> None:
    """Print what comes of recording without the right to do so."""
    rolled = Rolled(folder)
    with rolled.running():
        pass
    print(json.dumps(outcome(rolled)))


def no_dumpcap(folder: Path) -> dict[str, Any]:
    """It is not installed."""
    rolled = Rolled(folder)
    with patch("overheard_capture.recorder.dumpcap.shutil.which", lambda *_, **__: None), rolled.running():
        pass
    return outcome(rolled)


def own_traffic(folder: Path) -> dict[str, Any]:
    """Somebody asks for the verdict, over and over."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        rolled = Rolled(folder, own=left_out(Address("127.0.0.1", server.getsockname()[1])))
        with rolled.running(), socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, "GET /verdict")
    return {**outcome(rolled), "packets": rolled.windows[0].judged.packets}


CASES = (gone, full, no_rights, no_dumpcap, own_traffic)


def play(folder: Path) -> None:
    """Play all, and print what came of each."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    found = {}
    for case in CASES:
        (folder / case.__name__).mkdir()
        found[case.__name__] = case(folder / case.__name__)
    print(json.dumps(found))
