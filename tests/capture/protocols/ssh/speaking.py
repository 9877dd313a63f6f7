"""SSH by OpenSSH on both sides, with a program in between that copies; and made by hand."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

RANDOM = random.Random(22)  # noqa: S311 - the same in each run
NONE = ("none",)
_LISTS = ("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", *NONE * 2)

# Runs sshd, and copies what each side sends to a file.
_BETWEEN = """
import os, subprocess, sys, threading
folder, command = sys.argv[1], sys.argv[2:]
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def carry(source, sink, name):
    with open(os.path.join(folder, name), "wb", 0) as copy:
        while data := os.read(source, 65536):
            copy.write(data)
            os.write(sink, data)
    os.close(sink)
client = threading.Thread(target=carry, args=(0, server.stdin.fileno(), "client"), daemon=True)
client.start()
carry(server.stdout.fileno(), 1, "server")
"""


def spoken_by_openssh(folder: Path, *options: str, said: str) -> list[tuple[str, bytes]]:
    """The bytes of the client and of the server. The client has the server print something."""
    server = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    if server is None or os.geteuid() != 0:
        pytest.skip("sshd is not installed, or this is not root")
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "config").write_text(
        f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        "Ciphers +aes128-cbc\nMACs +hmac-sha1\n"
    )
    (folder / "between.py").write_text(_BETWEEN)
    through = f"{sys.executable} {folder}/between.py {folder} {server} -i -f {folder}/config"
    usual = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", f"ProxyCommand={through}"]
    subprocess.run(
        ["ssh", "-F", "none", "-i", folder / "user", *(part for each in usual for part in ("-o", each)), *options,
         "root@localhost", f"echo {said}; seq 4000"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return [(side, (folder / name).read_bytes()) for side, name in ((">", "client"), ("<", "server"))]


def string(*parts: bytes) -> bytes:
    """A string (RFC 4251, 5)."""
    body = b"".join(parts)
    return len(body).to_bytes(4, "big") + body


def packet(kind: int, body: bytes, padding: bytes = b"") -> bytes:
    """A packet in clear (RFC 4253, 6)."""
    payload = bytes([kind]) + body
    padding = padding.ljust(4, b"\0")
    padding += bytes(-(5 + len(payload) + len(padding)) % 8)
    return (1 + len(payload) + len(padding)).to_bytes(4, "big") + bytes([len(padding)]) + payload + padding


def key_exchange_init(
    *, cookie: bytes = b"", lists: Sequence[str] = _LISTS, languages: str = "", reserved: int = 0, padding: bytes = b""
) -> bytes:
    """KEXINIT."""
    names = b"".join(string(each.encode()) for each in (*lists, languages, languages))
    body = (cookie or RANDOM.randbytes(16)) + names + b"\0" + reserved.to_bytes(4, "big")
    return packet(20, body, padding)


def with_cipher(cipher: str, mac: str = "hmac-sha2-256") -> tuple[str, ...]:
    """The lists of KEXINIT with one cipher."""
    return (*_LISTS[:2], cipher, cipher, mac, mac, *NONE * 2)


def conversation(
    data: bytes = b"",
    *,
    line: bytes = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2",
    init: bytes = b"",
    before: bytes = b"",
    public: bytes = b"",
    answer: bytes = b"",
    key: bytes = b"",
) -> list[tuple[str, bytes]]:
    """A conversation with a key exchange over Curve25519, in which the client sends `data` after NEWKEYS."""
    key = key or string(string(b"ssh-ed25519"), string(RANDOM.randbytes(32)))
    signature = string(string(b"ssh-ed25519"), string(RANDOM.randbytes(64)))
    reply = packet(31, key + string(RANDOM.randbytes(32)) + signature)
    return [
        (">", line + b"\r\n"),
        ("<", b"SSH-2.0-Go\r\n"),
        (">", (init or key_exchange_init()) + before),
        ("<", init or key_exchange_init()),
        (">", packet(30, string(public or RANDOM.randbytes(32)))),
        ("<", reply + packet(21, b"") + (answer or RANDOM.randbytes(3000))),
        (">", packet(21, b"") + (data or RANDOM.randbytes(5000))),
    ]


def host_certificate(
    name: bytes = b"host web01.example.com",
    hosts: Sequence[bytes] = (b"web01", b"web01.example.com", b"192.0.2.7"),
    options: Sequence[tuple[bytes, bytes]] = (),
    extensions: Sequence[tuple[bytes, bytes]] = (),
    reserved: bytes = b"",
) -> bytes:
    """A host key with a certificate (OpenSSH's PROTOCOL.certkeys)."""
    authority, signed = string(b"ssh-ed25519"), RANDOM.randbytes(64)
    pairs = [string(*(string(part) for pair in each for part in pair)) for each in (options, extensions)]
    return string(
        string(b"ssh-ed25519-cert-v01@openssh.com"), string(RANDOM.randbytes(32)), string(RANDOM.randbytes(32)),
        bytes(8), b"\0\0\0\2", string(name), string(*map(string, hosts)), bytes(8), b"\xff" * 8,
        *pairs, string(reserved), string(authority, string(RANDOM.randbytes(32))), string(authority, string(signed)),
    )  # fmt: skip
