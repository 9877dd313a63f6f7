"""Ways in which a recording could miss something and nobody notice. Run in namespaces of its own.

`python quiet.py FOLDER`: goes every way, and prints as JSON which verdict each one has, and why.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import requests

from lab.pki import Files
from lab.servers import Answers, serving
from overheard import listen
from overheard.engines.supervisor import stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.witness.listening import Wire

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
# A link between this network and that of a service.
HERE, THERE = "quiet0", "quiet1"
ADDRESS, ITS_ADDRESS, PORT = "10.99.0.1", "10.99.0.2", 8443


def run(command: str) -> None:
    subprocess.run(command.split(), check=True)


def log_in(url: str, files: Files) -> None:
    requests.post(f"{url}/login", json={"password": PASSWORD}, timeout=60, verify=str(files.root))


def add_link() -> None:
    run(f"ip link add {HERE} type veth peer name {THERE}")
    run(f"ip address add {ADDRESS}/24 dev {HERE}")
    run(f"ip link set {HERE} up")
    run(f"ip link set {THERE} up")


@contextmanager
def link() -> Iterator[None]:
    add_link()
    yield
    if has(HERE):
        run(f"ip link delete {HERE}")


def down(files: Files) -> Wire:
    """The interface is down at the end."""
    with serving(Answers(), files) as url:
        with listen(secret=PASSWORD, sent=True) as wire:
            log_in(url, files)
            run("ip link set lo down")
        run("ip link set lo up")
    return wire


def down_and_up(files: Files) -> Wire:
    """The interface is down in the middle: what is sent before and after that is heard."""
    with serving(Answers(), files) as url, listen(secret=PASSWORD) as wire:
        log_in(url, files)
        run("ip link set lo down")
        time.sleep(0.3)
        run("ip link set lo up")
        log_in(url, files)
    return wire


def elsewhere(_: Files) -> Wire:
    """The traffic goes over another interface."""
    with serving(Answers()) as url, link(), listen(secret=PASSWORD, sent=True, interface=HERE) as wire:
        requests.post(url, json={"password": PASSWORD}, timeout=60)
    return wire


def removed(_: Files) -> Wire:
    """The interface is removed."""
    with link(), listen(secret=PASSWORD, sent=True, interface=HERE) as wire:
        run(f"ip link delete {HERE}")
    return wire


def replaced(_: Files) -> Wire:
    """The interface is removed, and there is another one of the same name."""
    with link(), listen(secret=PASSWORD, sent=True, interface=HERE) as wire:
        run(f"ip link delete {HERE}")
        add_link()
    return wire


def service_gone(files: Files) -> Wire:
    """The service ends in the middle, and with it its network, and the link to that."""
    # In `/proc`, it may have another ID than here.
    program = ["unshare", "--net", "sh", "-c", "read -r id _ </proc/self/stat; echo $id; exec sleep 1000"]
    with link(), ExitStack() as stack:
        service = stack.enter_context(running(*program))
        assert service.stdout
        inside = f"nsenter --net=/proc/{int(service.stdout.readline())}/ns/net"
        run(f"ip link set {THERE} netns {service.pid}")
        run(f"{inside} ip address add {ITS_ADDRESS}/24 dev {THERE}")
        run(f"{inside} ip link set {THERE} up")
        pair = f"-cert {files.certificate} -key {files.key}"
        server = stack.enter_context(running(*f"{inside} openssl s_server -accept {PORT} {pair} -quiet".split()))
        with listen(secret=PASSWORD, interface=HERE) as wire:
            with closing(connected(files)) as client:
                client.sendall(PASSWORD.encode() + b"\n")
                assert server.stdout
                assert server.stdout.readline()
            stack.close()
            while has(HERE):
                time.sleep(0.01)
    return wire


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def connected(files: Files) -> ssl.SSLSocket:
    """A connection to the service, as soon as it listens."""
    context = ssl.create_default_context(cafile=files.root)
    while True:
        with suppress(ConnectionRefusedError):
            return context.wrap_socket(socket.create_connection((ITS_ADDRESS, PORT)), server_hostname="localhost")
        time.sleep(0.01)


def has(interface: str) -> bool:
    with suppress(OSError):
        return socket.if_nametoindex(interface) > 0
    return False


@contextmanager
def on_small_disk(files: Files) -> Iterator[tuple[Path, str, Wire]]:
    """A folder on a small disk, a service, and what listens to it and records in that folder."""
    with (
        small_disk(files) as folder,
        serving(Answers(), files) as url,
        listen(secret=PASSWORD, recording=folder / "kept.pcapng") as wire,
    ):
        yield folder, url, wire


def full(files: Files) -> Wire:
    """There is no room for the recording."""
    with on_small_disk(files) as (folder, url, wire):
        fill(folder)
        log_in(url, files)
    return wire


def full_for_a_while(files: Files) -> Wire:
    """There is room again at the end."""
    with on_small_disk(files) as (folder, url, wire):
        log_in(url, files)
        fill(folder)
        log_in(url, files)
        # Until the recorder has noticed.
        time.sleep(0.5)
        (folder / "filler").unlink()
    return wire


def full_temporary_folder(files: Files) -> Wire:
    """Where temporary files are, there is room for neither the recording nor the session keys."""
    with small_disk(files) as folder, serving(Answers(), files) as url:
        tempfile.tempdir = str(folder)
        try:
            with listen(secret=PASSWORD) as wire:
                fill(folder)
                log_in(url, files)
        finally:
            tempfile.tempdir = None
    return wire


@contextmanager
def small_disk(files: Files) -> Iterator[Path]:
    folder = files.root.parent / "small"
    folder.mkdir(exist_ok=True)
    run(f"mount -t tmpfs -o size=2m overheard {folder}")
    try:
        yield folder
    finally:
        run(f"umount {folder}")


def fill(folder: Path) -> None:
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(1 << 12)):
            pass


WAYS = (
    down,
    down_and_up,
    elsewhere,
    removed,
    replaced,
    service_gone,
    full,
    full_for_a_while,
    full_temporary_folder,
)


def main() -> None:
    """Go every way."""
    folder = Path(sys.argv[1])
    with stage(folder):
        files = Files.make(folder)
        told = {}
        for way in WAYS:
            wire = way(files)
            (verdict,) = wire.report.verdicts.values()
            reasons = {check.code: check.says for check in verdict.reasons}
            told[way.__name__] = {
                "outcome": verdict.outcome,
                "reasons": reasons,
                "flows": len(wire.report.account.flows),
            }
        print(json.dumps(told))


if __name__ == "__main__":
    main()
