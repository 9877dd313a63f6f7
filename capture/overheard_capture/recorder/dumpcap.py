"""A dumpcap process.

dumpcap writes to a pipe, and this process to the file. With a file, dumpcap shows a packet after up to 0.75 s, with a
pipe after 0.25 s (the time-out of its kernel buffer). If it is killed, the packets that it had written are not lost.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from overheard.words.errors import RecordingError

_CHUNK = 1 << 16
# The maximum length of a payload that `wait_for_payload` can find.
_OVERLAP = 256
# How many lines of dumpcap are an error message.
_TOLD = 2
# Ends dumpcap when this process is gone, even by SIGKILL: dumpcap itself would go on until it has the next packet to
# write. The kernel's own signal for that (PR_SET_PDEATHSIG) is cleared for programs with file capabilities, and would
# come as soon as the thread ends that began to record.
_GUARD = ("sh", "-c", 'read -r _; kill "$1"', "overheard-guard")
# Every dumpcap of this process that was not stopped yet.
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Tap:
    """What to record: the interface, the capture filter, `snap_length` in bytes (0: whole frames), `buffer` in MiB."""

    interface: str
    capture_filter: str = ""
    snap_length: int = 0
    buffer: int = 64

    @property
    def command(self) -> list[str]:
        """The command line that writes pcapng to standard output. Raises RecordingError if dumpcap is missing."""
        program = shutil.which("dumpcap", path=_search_path())
        if program is None:
            raise RecordingError(
                "dumpcap was not found", hint="install it: on Debian and Ubuntu, apt-get install tshark"
            )
        command = [program, "-q", "-i", self.interface, "-B", str(self.buffer), "-w", "-"]
        if self.capture_filter:
            command += ["-f", self.capture_filter]
        if self.snap_length:
            command += ["-s", str(self.snap_length)]
        return command


def stop_all() -> None:
    """Send SIGTERM to every dumpcap of this process, which ends.

    Otherwise dumpcap would go on until it has the next packet to write. May be called by a signal handler.
    """
    for process in tuple(_running):
        process.terminate()


def _search_path() -> str:
    """PATH, and the folders in which some systems keep dumpcap from ordinary users."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class Dumpcap:
    """A running dumpcap. Raises RecordingError if it does not start."""

    def __init__(self, tap: Tap, path: Path, *, timeout: float = 10) -> None:
        command = tap.command
        self.tap = tap
        self._file = path.open("wb", buffering=0)
        path.chmod(0o600)
        self._changed = threading.Condition()
        self._awaited: dict[bytes, bool] = {}
        # Set once dumpcap is capturing, or has ended before that.
        self._ready = threading.Event()
        self._capturing = False
        self._messages: list[str] = []
        self._disk_full = False
        # Ctrl-C in a terminal is for the programs whose traffic is recorded; the recording ends after them.
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
        )
        _running.add(self._process)
        self._guard = subprocess.Popen(
            [*_GUARD, str(self.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self._threads = [
            threading.Thread(target=self._copy, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        # The process may still be running a moment after its last output.
        if not self._ready.wait(timeout) or not self._capturing:
            self.stop()
            path.unlink(missing_ok=True)
            # Advice for one distribution follows, many lines long.
            why = "; ".join(self.stderr.split("; ")[:_TOLD]) or "no reason was given"
            raise RecordingError(
                f"dumpcap does not record on {tap.interface!r}: {why}",
                hint="check that the interface exists, the filter is a capture filter, and dumpcap has CAP_NET_RAW",
            )

    @property
    def pid(self) -> int:
        """The process ID of dumpcap."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether dumpcap is running."""
        return self._process.poll() is None

    @property
    def stderr(self) -> str:
        """The standard error of dumpcap, without progress messages."""
        return "; ".join(line for line in self._messages if not line.startswith(("Capturing on", "File:")))

    def expect_payload(self, payload: bytes) -> None:
        """Start to look for `payload` in what is recorded from now on."""
        with self._changed:
            self._awaited[payload] = False

    def wait_for_payload(self, payload: bytes, *, timeout: float) -> bool:
        """Wait until `payload` was recorded, at most `timeout` seconds. Returns whether it was."""
        with self._changed:
            return (
                self._changed.wait_for(lambda: self._awaited[payload] or not self.alive, timeout)
                and self._awaited[payload]
            )

    def stop(self) -> int:
        """Stop dumpcap with SIGTERM, so that it closes its file; returns its exit code."""
        self._guard.kill()
        self._guard.communicate()
        if self.alive:
            self._process.terminate()
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        _running.discard(self._process)
        for thread in self._threads:
            thread.join()
        self._file.close()
        return code

    def _copy(self, pipe: IO[bytes]) -> None:
        tail = b""
        while chunk := pipe.read1(_CHUNK):  # type: ignore[attr-defined]  # a buffered pipe has it
            self._write(chunk)
            window = tail + chunk
            with self._changed:
                for payload, seen in self._awaited.items():
                    self._awaited[payload] = seen or payload in window
                self._changed.notify_all()
            tail = window[-_OVERLAP:]
        pipe.close()
        with self._changed:
            self._changed.notify_all()

    def _write(self, chunk: bytes) -> None:
        if self._disk_full:
            return
        try:
            self._disk_full = self._file.write(chunk) < len(chunk)
        except OSError:
            self._disk_full = True
        if self._disk_full:
            # The judge reports a recorder that ended before it was stopped.
            self._messages.append("the disk is full")
            self._process.terminate()

    def _read_stderr(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            text = line.decode(errors="replace").strip()
            # "Capturing on" is printed some 20 ms before packets are captured; "File:" is reliable.
            if text.startswith("File:"):
                self._capturing = True
                self._ready.set()
            if text:
                self._messages.append(text)
        pipe.close()
        self._ready.set()
