"""Tunnels by real programs over a veth pair: `python tunnels.py FOLDER`, in namespaces of its own, as root.

On either side of the pair runs the program of a tunnel; through it, one side asks the other for a letter. dumpcap
records what a router between them would see. Programs that are not installed are left out.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LETTER = "Dear squirrels, fluffy tail."
WIRE = {"near": "192.0.2.1", "far": "192.0.2.2"}
INSIDE = {"near": "10.8.0.1", "far": "10.8.0.2"}
_OTHER = {"near": "far", "far": "near"}
_PORT, _PATIENCE = 8000, 20.0
_OPENVPN = ["--dev", "tun", "--ping", "1", "--verb", "0"]
OPENVPN = {
    "openvpn-udp": ["--proto", "udp"],
    "openvpn-tls-auth": ["--proto", "udp", "--cipher", "AES-128-CBC", "--data-ciphers", "AES-128-CBC"],
    "openvpn-tcp-tls-crypt": ["--proto", "tcp"],
    "openvpn-without-cipher": ["--proto", "udp", "--cipher", "none", "--data-ciphers", "none"],
}


def _on(side: str, *command: str | Path) -> list[str]:
    return ["ip", "netns", "exec", side, *map(str, command)]


def _run(*command: str | Path, **more: str) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **more).stdout.strip()  # type: ignore[call-overload, no-any-return]


@contextmanager
def _started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _eventually(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _lay_wire() -> None:
    Path("/run/netns").mkdir(exist_ok=True)
    for side in WIRE:
        _run("ip", "netns", "add", side)
    _run("ip", "link", "add", "wire", "netns", "near", "type", "veth", "peer", "name", "wire", "netns", "far")
    for side, address in WIRE.items():
        _run("ip", "-n", side, "address", "add", f"{address}/24", "dev", "wire")
        for link in ("lo", "wire"):
            _run("ip", "-n", side, "link", "set", link, "up")


@contextmanager
def _recorded(file: Path) -> Iterator[None]:
    with _started(*_on("near", "dumpcap", "-q", "-i", "wire", "-w", file)):
        _eventually(lambda: file.exists() and file.stat().st_size > 0)
        yield
        # dumpcap shows packets after up to 0.75 s.
        time.sleep(1)


def _send_letter(folder: Path) -> None:
    serve = [sys.executable, "-m", "http.server", "--bind", INSIDE["far"], "--directory", str(folder), str(_PORT)]
    with _started(*_on("far", *serve)):
        got: list[str] = []

        def ask() -> bool:
            url = f"http://{INSIDE['far']}:{_PORT}/letter"
            asked = subprocess.run(
                _on("near", "curl", "-s", "--connect-timeout", "1", url), capture_output=True, text=True, check=False
            )
            got.append(asked.stdout)
            return asked.returncode == 0

        _eventually(ask)
        assert got[-1] == (folder / "letter").read_text()


def wireguard(folder: Path, recorded: Path) -> None:
    """WireGuard in user space."""
    keys = {side: _run("wg", "genkey") for side in WIRE}
    public = {side: _run("wg", "pubkey", input=key) for side, key in keys.items()}
    with ExitStack() as stack:
        for side in WIRE:
            link = f"wg-{side}"
            stack.enter_context(_started(*_on(side, "wireguard-go", "-f", link)))
            (folder / link).write_text(keys[side])
            other = _OTHER[side]
            peer = ["peer", public[other], "allowed-ips", f"{INSIDE[other]}/32", "endpoint", f"{WIRE[other]}:51820"]
            _eventually(lambda link=link: Path(f"/var/run/wireguard/{link}.sock").exists())  # type: ignore[misc]
            _run(*_on(side, "wg", "set", link, "listen-port", "51820", "private-key", folder / link, *peer))
            _run("ip", "-n", side, "address", "add", f"{INSIDE[side]}/24", "dev", link)
        with _recorded(recorded):
            for side in WIRE:
                _run("ip", "-n", side, "link", "set", f"wg-{side}", "up")
            _send_letter(folder)


def _make_certificates(folder: Path) -> None:
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    ca, ca_key = folder / "ca.crt", folder / "ca.key"
    _run("openssl", "req", "-x509", *key, "-keyout", ca_key, "-out", ca, "-subj", "/CN=ca")
    for side in WIRE:
        request = folder / f"{side}.csr"
        _run("openssl", "req", *key, "-keyout", folder / f"{side}.key", "-out", request, "-subj", f"/CN={side}")
        signing = ["-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial", "-days", "2"]
        _run("openssl", "x509", "-req", "-in", request, *signing, "-out", folder / f"{side}.crt")
    _run("openvpn", "--genkey", "secret", folder / "static.key")


def openvpn(name: str, folder: Path, recorded: Path) -> None:
    """OpenVPN, with these options and what its name says."""
    static = str(folder / "static.key")
    protocol, *options = OPENVPN[name][1:]
    with ExitStack() as stack:
        stack.enter_context(_recorded(recorded))
        for side, role in (("far", "server"), ("near", "client")):
            keys = f"--ca {folder}/ca.crt --cert {folder}/{side}.crt --key {folder}/{side}.key".split()
            wrapped = {"auth": ["--tls-auth", static, str(int(side == "near"))], "crypt": ["--tls-crypt", static]}
            more = wrapped.get(name.rpartition("-")[2], [])
            ends = (
                ["--local", WIRE["far"], "--dh", "none"] if role == "server" else ["--nobind", "--remote", WIRE["far"]]
            )
            shape = ["--proto", f"{protocol}-{role}" if protocol == "tcp" else protocol, f"--tls-{role}"]
            addresses = ["--ifconfig", INSIDE[side], INSIDE[_OTHER[side]]]
            command = _on(side, "openvpn", *_OPENVPN, *options, *shape, *ends, *addresses, *keys, *more)
            stack.enter_context(_started(*command))
        _send_letter(folder)


def main(folder: Path) -> None:
    """Record each tunnel whose program is installed."""
    _run("mount", "-t", "tmpfs", "none", "/run")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    (folder / "letter").write_text(LETTER + "\n" + "".join(f"{number} acorns\n" for number in range(2000)))
    _lay_wire()
    if shutil.which("wireguard-go") and shutil.which("wg"):
        wireguard(folder, folder / "wireguard.pcapng")
    if shutil.which("openvpn"):
        _make_certificates(folder)
        for name in OPENVPN:
            openvpn(name, folder, folder / f"{name}.pcapng")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
