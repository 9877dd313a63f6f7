"""Real recordings with real faults. Run inside namespaces of its own, by the fixture `stage` of tests/capture.

`python stage.py FOLDER`: brings the roles of the lab up, makes a recording for each fault, and leaves all in FOLDER.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.supervisor import Lab, stage
from overheard.words.story import HTTP, HTTPS
from overheard_capture.dumpcap import Tap
from overheard_capture.recorder import ActiveRecording
from overheard_services.client.ask import ask

if TYPE_CHECKING:
    from collections.abc import Callable

# The byte with which the payload of a TCP segment begins, in the language of capture filters.
_FIRST_BYTE = "tcp[((tcp[12:1] & 0xf0) >> 2):1]"
_CHANGE_CIPHER_SPEC = 20


class Stage:
    """The roles, and a recorder beside the one of the capture role."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = str(root)
        self.keys = folder / "stage.keys"

    def record(
        self, name: str, what: Callable[[ActiveRecording], object], *, patience: float = 3, **tap: str | int
    ) -> None:
        """Record `what` happens."""
        options = Tap("lo", **tap)  # type: ignore[arg-type]  # the caller names the tap's own fields
        active = ActiveRecording.begin(name, self.folder / f"{name}.pcapng", options, patience=patience)
        what(active)
        active.end()

    def https(self, _active: ActiveRecording | None = None) -> None:
        """Get the message over HTTPS."""
        answer = ask(HTTPS.url, trusting=self.root, keys=self.keys)
        assert answer.message, answer.error

    def http(self, _active: ActiveRecording | None = None) -> None:
        """Get the message over HTTP."""
        assert ask(HTTP.url).message

    def untrusted(self, _active: ActiveRecording) -> None:
        """Fail to get the message over HTTPS."""
        assert ask(HTTPS.url, keys=self.keys).error

    def killed(self, active: ActiveRecording) -> None:
        """Have the recorder die without a chance to say so."""
        self.https()
        os.kill(active.dumpcap.pid, signal.SIGKILL)
        while active.dumpcap.alive:
            time.sleep(0.01)

    def flooded(self, active: ActiveRecording) -> None:
        """Have the kernel lose packets, as the recorder is too slow to take them."""
        os.kill(active.dumpcap.pid, signal.SIGSTOP)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            for _ in range(400):
                sender.sendto(bytes(32_000), ("127.0.0.1", 9))
        os.kill(active.dumpcap.pid, signal.SIGCONT)
        self.https()

    def smuggled(self, _active: ActiveRecording) -> None:
        """Send a datagram that is no text beside the exchange: it could be the message, compressed."""
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            sender.sendto(bytes(range(256)), ("127.0.0.1", 9))
        self.https()

    def dawdled(self, _active: ActiveRecording) -> None:
        """Have a client go on to other things while its server has not closed its side yet."""
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            client = socket.create_connection(listener.getsockname())
            server, _ = listener.accept()
            client.sendall(b"any word?")
            client.close()
            threading.Timer(1, server.close).start()
        self.https()

    def late(self) -> None:
        """Begin to record when a connection is open already."""
        with closing(socket.create_connection((HTTP.host, HTTP.port))) as open_before:

            def rest(_active: ActiveRecording) -> None:
                open_before.sendall(b"GET /health HTTP/1.1\r\nHost: server\r\n\r\n")
                while open_before.recv(4096):
                    pass
                self.https()

            self.record("late", rest)

    def play(self) -> None:
        """Make every recording."""
        self.record("http", self.http)
        self.record("https", self.https)
        self.record("untrusted", self.untrusted)
        self.record("killed", self.killed)
        self.record("snapped", self.https, snap_length=60, patience=1)
        self.record("lost", self.https, capture_filter=f"not ({_FIRST_BYTE} = {_CHANGE_CIPHER_SPEC})")
        self.record("filtered", self.https, capture_filter="tcp port 1", patience=1)
        self.record("unmarked", self.https, capture_filter="not udp port 5699", patience=1)
        self.record("flooded", self.flooded, buffer=1)
        self.record("quiet", lambda _active: None)
        self.record("smuggled", self.smuggled)
        self.record("dawdled", self.dawdled)
        self.late()
        # The session keys of a connection that nobody recorded.
        ask(HTTPS.url, trusting=self.root, keys=self.folder / "other.keys")


def main() -> None:
    """Set the stage, play, and take everything down."""
    folder = Path(sys.argv[1])
    (folder / "logs").mkdir()
    with stage(folder) as state:
        lab = Lab(state, folder, {})
        try:
            lab.up()
            Stage(folder, state / "ca" / "root.pem").play()
        finally:
            lab.down()


if __name__ == "__main__":
    main()
