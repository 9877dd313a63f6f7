"""Whatever could make a result wrong, and nobody notice, is INCONCLUSIVE; or it makes no difference."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from capture.protocols.quic.talking import spoken
from lab.pki import Files
from lab.servers import Answers, serving
from overheard import listen
from overheard_capture.recorder.dumpcap import Tap
from processes import AS_NOBODY, LONG, ended, in_namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.witness.listening import Wire

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
NO_TRAFFIC = "no flow, and no ICMP message, carried data"


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The verdict of each way of quiet.py."""
    told = in_namespaces(Path(__file__).with_name("quiet.py"), str(tmp_path_factory.mktemp("quiet")), within=LONG)
    ways: dict[str, Any] = json.loads(told)
    return ways


@pytest.mark.parametrize(
    ("way", "code", "says"),
    [
        ("down", "marks", "missing: the end mark"),
        ("removed", "marks", "missing: the end mark"),
        ("replaced", "marks", "missing: the end mark"),
        ("service_gone", "marks", "missing: the end mark"),
        ("elsewhere", "something", NO_TRAFFIC),
        ("full", "recorded", "No space left on device"),
        ("full_temporary_folder", "recorded", "No space left on device"),
        ("full_for_a_while", "recorder-alive", "the disk is full"),
    ],
)
def test_what_may_be_missing_is_a_reason(ways: dict[str, Any], way: str, code: str, says: str) -> None:
    assert ways[way]["outcome"] == "INCONCLUSIVE"
    assert says in ways[way]["reasons"][code]


def test_what_comes_after_an_interruption_of_the_interface_is_heard(ways: dict[str, Any]) -> None:
    """A login before it, one after it, and the marks."""
    assert ways["down_and_up"] == {"outcome": "PROTECTED", "reasons": {}, "flows": 3}


@contextmanager
def datagrams(family: socket.AddressFamily, address: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client and a server, connected, of UDP."""
    with socket.socket(family, socket.SOCK_DGRAM) as client, socket.socket(family, socket.SOCK_DGRAM) as server:
        for each in (client, server):
            each.bind((address, 0))
        client.connect(server.getsockname())
        server.connect(client.getsockname())
        yield client, server


def over_udp(files: Files | None, *further: bytes, family: socket.AddressFamily, address: str) -> Wire:
    """What is heard of QUIC, if there are files, and of further datagrams to the same port."""
    said = spoken(files, transcript=PASSWORD.encode(), blocks=1) if files else []
    with (
        datagrams(family, address) as (client, server),
        listen(port=server.getsockname()[1], secret=PASSWORD, sent=True) as wire,
    ):
        for side, data in [*said, *((">", data) for data in further)]:
            one, other = (client, server) if side == ">" else (server, client)
            one.send(data)
            assert other.recv(1 << 16) == data
    return wire


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["4", "6"]
)
def test_quic_instead_of_tcp_is_heard_on_the_same_port(
    files: Files, family: socket.AddressFamily, address: str
) -> None:
    """It is sealed; with a datagram in clear it is not; and random bytes are no proof."""
    sealed = over_udp(files, family=family, address=address)
    assert sealed.verdict.protected, sealed.verdict
    assert "QUIC v1" in {flow.what for flow in sealed.report.account.flows}
    assert over_udp(files, PASSWORD.encode(), family=family, address=address).verdict.overheard
    assert over_udp(None, os.urandom(100), family=family, address=address).verdict.inconclusive


def test_ipv6_instead_of_ipv4_is_no_traffic_where_a_filter_excludes_it() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        with (
            listen(port=port, secret=PASSWORD, sent=True, capture_filter="host 127.0.0.1") as wire,
            socket.create_connection(("::1", port)) as client,
        ):
            client.sendall(PASSWORD.encode())
    assert wire.verdict.inconclusive
    assert NO_TRAFFIC in wire.verdict


# Is dumpcap, on a machine whose clock is set, so many seconds forward, while it records.
CLOCK = """#!{python}
import signal, struct, subprocess, sys

recorder = subprocess.Popen([{dumpcap!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
signal.signal(signal.SIGTERM, lambda *_: recorder.terminate())
packets = 0
while len(head := recorder.stdout.read(8)) == 8:
    kind, length = struct.unpack("<II", head)
    block = bytearray(recorder.stdout.read(length - 8))
    if kind == 6:
        packets += 1
        if packets > 12:
            high, low = struct.unpack_from("<II", block, 4)
            set_clock = (high << 32 | low) + {seconds} * 10**9
            struct.pack_into("<II", block, 4, set_clock >> 32, set_clock & 0xFFFFFFFF)
    sys.stdout.buffer.write(head + block)
    sys.stdout.buffer.flush()
sys.exit(recorder.wait())
"""


@pytest.mark.parametrize("seconds", [3600, -3600], ids=["forward", "back"])
def test_a_clock_that_is_set_makes_no_difference(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """That of the kernel, in the times of packets, and that of this process, in the middle of a login."""
    dumpcap, *_ = Tap("lo").command
    (tmp_path / "dumpcap").write_text(CLOCK.format(python=sys.executable, dumpcap=dumpcap, seconds=seconds))
    (tmp_path / "dumpcap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    clock = time.time

    def heard(server: Files | None) -> Wire:
        with ExitStack() as stack:
            url = stack.enter_context(serving(Answers(), server))
            wire = stack.enter_context(listen(port=int(url.rpartition(":")[2]), secret=PASSWORD))
            with monkeypatch.context() as patched:
                patched.setattr("time.time", lambda: clock() + seconds)
                requests.post(url, json={"password": PASSWORD}, timeout=10, verify=str(files.root))
                stack.close()
        return wire

    sealed = heard(files)
    assert sealed.verdict.protected, sealed.verdict
    assert seconds < 0 or sealed.report.account.seconds > seconds
    assert heard(None).verdict.overheard


WITHOUT_RIGHTS = f"""
from overheard import listen

with listen(secret={PASSWORD!r}, sent=True) as wire:
    pass
print(wire.verdict)
"""


def test_without_rights_nothing_is_recorded() -> None:
    done = ended([*AS_NOBODY, sys.executable, "-c", WITHOUT_RIGHTS])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("INCONCLUSIVE  secret  nothing was recorded: dumpcap does not record on 'lo'")
    assert "or record by a relay" in " ".join(done.stdout.split())
