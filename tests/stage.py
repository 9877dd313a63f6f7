"""Makes real recordings: of each way to hide the message in the story, and with real faults.

`python stage.py FOLDER` starts the roles of the lab, and makes every recording in FOLDER. The fixture `recordings` of
tests/capture runs it in namespaces of its own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.supervisor import Lab, stage
from overheard.role.files import write_whole
from overheard.words.scenario import Disguise
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import HTTP, HTTPS, LEGACY, Service
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.dumpcap import Dumpcap, Tap
from overheard_services.client.ask import Way, ask
from overheard_services.disguise import substitution
from overheard_services.disguise.diffie_hellman import Party
from overheard_services.disguise.fernet import unseal

if TYPE_CHECKING:
    from collections.abc import Callable

# The first byte of a TCP payload, as a capture filter expression.
_FIRST_BYTE = "tcp[((tcp[12:1] & 0xf0) >> 2):1]"
_CHANGE_CIPHER_SPEC = 20

RSA, ECDHE = "AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"
# tshark takes these ports for Apache ActiveMQ Artemis and VNC.
ELSEWHERE = tuple(Service("https", "server", port) for port in (5445, 5500))


@dataclass(frozen=True)
class Story:
    """The exchanges of the story, each over its own connection."""

    folder: Path
    state: Path

    @property
    def trusting(self) -> Way:
        """How to make a request to a server with a certificate of the lab CA."""
        return Way(trusting=self.state / "ca" / "root.pem", keys=self.folder / "stage.keys")

    def keep(self, file: str, key: bytes) -> None:
        """Write a Fernet key to a file, as the client does."""
        write_whole(self.folder / file, b"fernet " + key + b"\n")

    def http(self) -> None:
        """Get the message over HTTP."""
        self._get(HTTP, Way())

    def https(self, service: Service = HTTPS, ciphers: str = "") -> None:
        """Get the message over HTTPS."""
        self._get(service, replace(self.trusting, ciphers=ciphers))

    def untrusted(self, service: Service = HTTPS) -> None:
        """Fail to get the message over HTTPS."""
        assert "certificate verify failed" in ask(service.url, replace(self.trusting, trusting=None)).error

    def mistaken(self) -> None:
        """Send TLS to the HTTP port, and HTTP to the TLS port."""
        for service in (replace(HTTPS, port=HTTP.port), replace(HTTP, port=HTTPS.port)):
            assert ask(service.url, self.trusting).error

    def substituted(self, service: Service = HTTP, ciphers: str = "") -> None:
        """Get the message with its letters shifted."""
        way = replace(self.trusting, ciphers=ciphers)
        said = ask(service.origin + Disguise.SUBSTITUTION.path, way).text
        assert substitution.decrypt(said) == SECRET_MESSAGE

    def sealed(self) -> None:
        """Get the message encrypted with the shared key."""
        key = (self.state / "shared-key" / "key").read_bytes().strip()
        assert unseal(key, ask(HTTP.origin + Disguise.FERNET.path).text) == SECRET_MESSAGE
        self.keep("shared.keys", key)

    def agreed(self) -> None:
        """Get the message encrypted with a key from a key agreement."""
        party = Party()
        answer = json.loads(ask(HTTP.origin + Disguise.DIFFIE_HELLMAN.path, post={"public": party.public}).text)
        key = party.agree(answer["public"])
        assert unseal(key, answer["token"]) == SECRET_MESSAGE
        self.keep("agreed.keys", key)

    def _get(self, service: Service, way: Way) -> None:
        answer = ask(service.url, way)
        assert answer.text == SECRET_MESSAGE, answer.error


def serve_elsewhere(service: Service, credentials: Path) -> None:
    """Serve the message over TLS at this port, until the process ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(credentials / "certificate.pem", credentials / "key.pem")
    listener = socket.create_server(("127.0.0.1", service.port))
    said = f"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n{SECRET_MESSAGE}".encode()

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            # A client that does not trust the certificate disconnects.
            with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(4096)
                secured.sendall(said)
                secured.unwrap()

    threading.Thread(target=serve, daemon=True).start()


class Stage:
    """A recorder in addition to that of the capture role, and the traffic that it records."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.folder = folder
        self.story = Story(folder, state)

    def record(self, name: str, *what: Callable[[], object], patience: float = 20, **tap: str | int) -> None:
        """Record these actions, in sequence."""

        def happen(_active: ActiveRecording) -> None:
            for each in what:
                each()

        self.watch(name, happen, patience=patience, **tap)

    def watch(
        self, name: str, what: Callable[[ActiveRecording], object], *, patience: float = 3, **tap: str | int
    ) -> None:
        """Record the action `what`, which gets the active recording."""
        options = Tap("lo", **tap)  # type: ignore[arg-type]  # the caller names the tap's own fields
        active = ActiveRecording.begin(name, self.folder / f"{name}.pcapng", options, patience=patience)
        what(active)
        active.end()

    def killed(self, active: ActiveRecording) -> None:
        """Kill dumpcap, so that it cannot finish its file."""
        self.story.https()
        assert isinstance(active.recorder, Dumpcap)
        os.kill(active.recorder.pid, signal.SIGKILL)
        while active.recorder.alive:
            time.sleep(0.01)

    def flooded(self, active: ActiveRecording) -> None:
        """Make the kernel drop packets, by stopping dumpcap for a while."""
        assert isinstance(active.recorder, Dumpcap)
        os.kill(active.recorder.pid, signal.SIGSTOP)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            for _ in range(400):
                sender.sendto(bytes(32_000), ("127.0.0.1", 9))
        os.kill(active.recorder.pid, signal.SIGCONT)
        self.story.https()

    def smuggled(self) -> None:
        """Send a binary datagram besides the exchange: it could be the message, compressed."""
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            sender.sendto(bytes(range(256)), ("127.0.0.1", 9))
        self.story.https()

    def dawdled(self) -> None:
        """Make an exchange while the server of another connection has not closed its side yet."""
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            client = socket.create_connection(listener.getsockname())
            server, _ = listener.accept()
            client.sendall(b"any word?")
            client.close()
            threading.Timer(1, server.close).start()
        self.story.https()

    def late(self) -> None:
        """Begin to record while a connection is open already."""
        with closing(socket.create_connection((HTTP.host, HTTP.port))) as open_before:

            def rest() -> None:
                open_before.sendall(b"GET /health HTTP/1.1\r\nHost: server\r\n\r\n")
                while open_before.recv(4096):
                    pass
                self.story.https()

            self.record("late", rest, patience=3)

    def play(self) -> None:
        """Make every recording."""
        self.play_story()
        self.play_thefts()
        self.play_elsewhere()
        self.play_faults()
        # The session keys of a connection that was not recorded.
        ask(HTTPS.url, replace(self.story.trusting, keys=self.folder / "other.keys"))

    def play_story(self) -> None:
        """Record the exchanges of the story."""
        story = self.story
        self.record("http", story.http)
        self.record("https", story.https)
        self.record("untrusted", story.untrusted)
        self.record("substitution", story.substituted)
        self.record("fernet", story.sealed)
        self.record("diffie-hellman", story.agreed)

    def play_thefts(self) -> None:
        """Record exchanges with the service whose private key is stolen later."""
        story = self.story
        write_whole(self.folder / "stolen.pem", (story.state / "credentials" / "key.pem").read_bytes())
        suites = {"rsa": RSA, "ecdhe": ECDHE, "tls13": ""}
        for name, ciphers in suites.items():
            self.record(name, partial(story.https, LEGACY, ciphers))
        self.record("all-three", *(partial(story.https, LEGACY, ciphers) for ciphers in suites.values()))
        self.record("rsa-substitution", partial(story.substituted, LEGACY, RSA))

    def play_elsewhere(self) -> None:
        """Record TLS on unusual ports."""
        story = self.story
        for service in ELSEWHERE:
            serve_elsewhere(service, story.state / "credentials")
            self.record(f"elsewhere-{service.port}", partial(story.https, service))
            self.record(f"refused-{service.port}", partial(story.untrusted, service))
        self.record("mistaken", story.mistaken, story.untrusted)
        self.record("mistaken-https", story.mistaken, story.https)

    def play_faults(self) -> None:
        """Make the recordings with faults."""
        https = self.story.https
        self.watch("killed", self.killed)
        self.record("snapped", https, snap_length=60, patience=1)
        self.record("lost", https, patience=3, capture_filter=f"not ({_FIRST_BYTE} = {_CHANGE_CIPHER_SPEC})")
        self.record("filtered", https, capture_filter="tcp port 1", patience=1)
        self.record("unmarked", https, capture_filter="not udp port 5699", patience=1)
        self.watch("flooded", self.flooded, buffer=1)
        self.record("quiet", lambda: None)
        self.record("smuggled", self.smuggled)
        self.record("dawdled", self.dawdled)
        self.late()


def main() -> None:
    """Start the lab, make the recordings, and stop the lab."""
    folder = Path(sys.argv[1])
    (folder / "logs").mkdir()
    with stage(folder) as state:
        lab = Lab(state, folder, {})
        try:
            lab.up()
            Stage(folder, state).play()
        finally:
            lab.down()


if __name__ == "__main__":
    main()
