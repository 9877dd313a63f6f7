"""Measures how long the command takes to start: CPU seconds, and as a ratio to Python itself in the same run.

Other builds are measured beside it: `python bench/startup.py /another/.venv/bin/overheard`.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SECRET = b"fluffy tail behind the third oak"
_ASKED = b"POST /login HTTP/1.1\r\nHost: squirrel.example\r\nContent-Length: 41\r\n\r\npassword=" + _SECRET
_PAGE = b"<p>Welcome back to the tree, you have 42 acorns.</p>\n" * 24
_ANSWERED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(_PAGE), _PAGE)
# Taken in turn, as other work on the machine comes and goes; the best of each counts.
_ROUNDS = 10
_VERDICTS = (0, 1, 2)

_SYN, _FIN_ACK, _ACK, _SYN_ACK = 2, 17, 16, 18


def _segments() -> Iterator[tuple[bool, int, int, int, bytes]]:
    """A connection over HTTP: whether the client sends, sequence and acknowledgement number, flags, and payload."""
    asked, answered = 1 + len(_ASKED), 1 + len(_ANSWERED)
    yield True, 0, 0, _SYN, b""
    yield False, 0, 1, _SYN_ACK, b""
    yield True, 1, 1, _ACK, _ASKED
    yield False, 1, asked, _ACK, _ANSWERED
    yield True, asked, answered, _FIN_ACK, b""
    yield False, answered, asked + 1, _FIN_ACK, b""
    yield True, asked + 1, answered + 1, _ACK, b""


def _capture() -> bytes:
    """A pcap file of 2 kB, with raw IP for its link type (101)."""
    capture = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for number, (from_client, sequence, acknowledged, flags, payload) in enumerate(_segments()):
        ends = (b"\x0a\x00\x00\x02", b"\x0a\x00\x00\x01") if from_client else (b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02")
        ports = (40000, 80) if from_client else (80, 40000)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, *ends)
        tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 65535, 0, 0)
        packet = ip + tcp + payload
        capture += struct.pack("<IIII", 1_700_000_000, number, len(packet), len(packet)) + packet
    return capture


def _commands(overheard: Path, capture: Path, secret: Path) -> dict[str, list[str]]:
    scan = [str(overheard), "scan", str(capture), "--secret-file", f"password={secret}"]
    return {
        "python -c pass": [str(overheard.with_name("python")), "-c", "pass"],
        "overheard --version": [str(overheard), "--version"],
        "overheard scan": scan,
        "overheard scan --json": [*scan, "--json"],
        "overheard scan --quiet": [*scan, "--quiet"],
    }


def _cpu(command: list[str]) -> float:
    """CPU seconds of a command and its threads, in user mode and in the kernel."""
    # What is measured is a program that is installed, with its bytecode beside it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _VERDICTS:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure, and print a table for each build."""
    builds = [Path(sys.executable).with_name("overheard"), *map(Path, sys.argv[1:])]
    with tempfile.TemporaryDirectory(prefix="overheard-bench-") as folder:
        capture, secret = Path(folder) / "login.pcap", Path(folder) / "password.txt"
        capture.write_bytes(_capture())
        secret.write_bytes(_SECRET)
        commands = {build: _commands(build, capture, secret) for build in builds}
        for each in commands.values():
            # Writes the bytecode.
            _cpu(each["overheard scan"])
        best: dict[tuple[Path, str], float] = {}
        for _ in range(_ROUNDS):
            for build, each in commands.items():
                for name, command in each.items():
                    best[build, name] = min(best.get((build, name), float("inf")), _cpu(command))
    for build, each in commands.items():
        print(f"{build}\n  {'':24}{'CPU':>8}  ratio")
        for name in each:
            seconds = best[build, name]
            print(f"  {name:24}{seconds:6.3f} s  {seconds / best[build, 'python -c pass']:5.1f}")


if __name__ == "__main__":
    main()
