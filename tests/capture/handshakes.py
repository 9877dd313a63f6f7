"""Recordings of real connections, some of which fail. Run in namespaces of its own, by a fixture of test_visible.py.

`python handshakes.py FOLDER`: writes one recording of all to FOLDER, and prints what the client knows of each as JSON.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import struct
import sys
import threading
import warnings
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from overheard.engines.supervisor import stage
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.dumpcap import Tap

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 200_000
REQUEST = b"GET /%d HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n"
NAMES = ("server", "localhost", "127.0.0.1")
# ffdhe2048 (RFC 7919, A.1).
DH = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""


class SizedResponder(BaseHTTPRequestHandler):
    """Responds with as many bytes as the path gives."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the response."""
        length = int(self.path[1:])
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"-" * length)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


class Server(ThreadingHTTPServer):
    """An HTTP server, over TLS if there is a context."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), SizedResponder)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (socketserver's own types)
        """Do the handshake in the thread of the connection; the client reports failures."""
        with suppress(OSError):
            if self._context:
                with self._context.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, client_address)
                    # Closes as RFC 8446, 6.1 requires.
                    with suppress(OSError):
                        wrapped.unwrap().close()
            else:
                super().finish_request(request, client_address)


@dataclass
class ClientView:
    """What the client knows of a connection: its ports, the bytes in both directions, and the error.

    Both ports: the kernel may give one of the client's to two connections, where they lead to different servers.
    """

    ports: tuple[int, int]
    sent: int = 0
    received: int = 0
    error: str = ""


def _ports(connection: socket.socket) -> tuple[int, int]:
    return connection.getsockname()[1], connection.getpeername()[1]


@dataclass
class Stage:
    """Certificates, each its own root, and the results of the connections."""

    folder: Path
    views: dict[str, ClientView] = field(default_factory=dict)

    def certify(self, name: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        """Make a self-signed certificate."""
        who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"the {name} of the squirrels")])
        now = datetime.now(UTC)
        alternatives = [x509.DNSName(each) for each in NAMES[:2]], x509.IPAddress(ipaddress.ip_address(NAMES[2]))
        certificate = (
            x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([*alternatives[0], alternatives[1]]), critical=False)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.path(name).write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))

    def path(self, name: str) -> Path:
        """A certificate with its key."""
        return self.folder / f"{name}.pem"

    def server(self, certificate: str = "ec", *, ciphers: str = "", asks: bool = False) -> ssl.SSLContext:
        """TLS options of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(certificate))
        context.set_alpn_protocols(["http/1.1"])
        if ciphers:
            context.set_ciphers(ciphers)
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("client"))
        return context

    def client(
        self, *, at_most: ssl.TLSVersion | None = None, trusts: bool = True, ciphers: str = "", shows: bool = False
    ) -> ssl.SSLContext:
        """TLS options of a client."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_alpn_protocols(["h2", "http/1.1"])
        if trusts:
            for name in ("ec", "rsa"):
                context.load_verify_locations(self.path(name))
        if at_most:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = at_most
        if ciphers:
            context.set_ciphers(ciphers)
        if shows:
            context.load_cert_chain(self.path("client"))
        return context

    def exchange(
        self,
        name: str,
        server: ssl.SSLContext | None,
        client: ssl.SSLContext | None,
        length: int = 500,
        *,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        """Request a number of bytes, and record the result; call `between` between handshake and request."""
        with Server(server) as listener:
            thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
            thread.start()
            try:
                with socket.create_connection(("127.0.0.1", listener.server_port)) as plain:
                    self.views[name] = view = ClientView(_ports(plain))
                    try:
                        if client:
                            with client.wrap_socket(plain, server_hostname="server") as wrapped:
                                between()
                                ask(wrapped, view, length)
                        else:
                            ask(plain, view, length)
                    except OSError as error:
                        view.error = str(error)
            finally:
                listener.shutdown()
                thread.join()

    def cut(self, name: str, answer: Callable[[socket.socket], None]) -> None:
        """Run a server that does something other than a handshake."""
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:

            def serve() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    answer(connection)

            thread = threading.Thread(target=serve)
            thread.start()
            with socket.create_connection(listener.getsockname()) as plain:
                self.views[name] = view = ClientView(_ports(plain))
                try:
                    self.client().wrap_socket(plain, server_hostname="server")
                except OSError as error:
                    view.error = str(error)
            thread.join()

    def play(self) -> None:
        """Make every connection."""
        dh = self.folder / "dh.pem"
        dh.write_text(DH)
        tls_1_2 = ssl.TLSVersion.TLSv1_2
        old = ssl.TLSVersion.TLSv1
        self.exchange("http", None, None)
        self.exchange("1.3", self.server(), self.client())
        self.exchange("1.3 long", self.server(), self.client(), LONG)
        self.exchange("1.3 rsa", self.server("rsa"), self.client())
        retrying = self.server()
        retrying.set_ecdh_curve("secp384r1")
        self.exchange("1.3 retry", retrying, self.client())
        self.exchange("1.3 mutual", self.server(asks=True), self.client(shows=True))
        self.exchange("1.3 mutual, refused", self.server(asks=True), self.client())
        self.exchange("1.3 untrusted", self.server(), self.client(trusts=False))
        self.exchange("1.2 ecdhe", self.server(), self.client(at_most=tls_1_2))
        self.exchange("1.2 long", self.server(), self.client(at_most=tls_1_2), LONG)
        for name, cipher in {
            "rsa": "AES128-GCM-SHA256",
            "cbc": "ECDHE-RSA-AES128-SHA",
            "cbc sha384": "ECDHE-RSA-AES256-SHA384",
            "chacha": "ECDHE-RSA-CHACHA20-POLY1305",
            "ccm": "AES256-CCM",
            "ccm 8": "AES256-CCM8:@SECLEVEL=0",
            "dhe": "DHE-RSA-AES256-GCM-SHA384",
        }.items():
            client = self.client(at_most=tls_1_2, ciphers=cipher)
            server = self.server("rsa", ciphers=cipher)
            if name == "dhe":
                server.load_dh_params(str(dh))
            self.exchange(f"1.2 {name}", server, client)
        self.exchange("1.2 mutual", self.server(asks=True), self.client(at_most=tls_1_2, shows=True))
        self.exchange("1.2 untrusted", self.server(), self.client(at_most=tls_1_2, trusts=False))
        self.exchange("1.2 mutual, refused", self.server(asks=True), self.client(at_most=tls_1_2))
        self.exchange("no cipher", self.server(), self.client(at_most=tls_1_2, ciphers="AES128-GCM-SHA256"))
        weak = "DEFAULT:@SECLEVEL=0"
        modern = self.server(ciphers=weak)
        # Debian's Python leaves it to OpenSSL, where level 0 takes anything.
        modern.minimum_version = tls_1_2
        self.exchange("version", modern, self.client(at_most=old, ciphers=weak))
        legacy = self.server("rsa", ciphers=weak)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            legacy.minimum_version = old
        self.exchange("1.0", legacy, self.client(at_most=old, ciphers=weak))
        self.cut("plain answer", lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        self.cut("closed", lambda _connection: None)
        self.cut("reset", reset)


def ask(connection: socket.socket, view: ClientView, length: int) -> None:
    """Request a number of bytes, and count all that arrives."""
    request = REQUEST % length
    connection.sendall(request)
    view.sent = len(request)
    while said := connection.recv(65536):
        view.received += len(said)


def reset(connection: socket.socket) -> None:
    """Make closing send a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main() -> None:
    """Record everything."""
    folder = Path(sys.argv[1])
    with stage(folder):
        cast = Stage(folder)
        for name in ("ec", "client"):
            cast.certify(name, ec.generate_private_key(ec.SECP256R1()))
        cast.certify("rsa", rsa.generate_private_key(65537, 2048))
        begun: list[ActiveRecording] = []

        def begin() -> None:
            begun.append(ActiveRecording.begin("handshakes", folder / "handshakes.pcapng", Tap("lo"), patience=5))

        cast.exchange("late", cast.server(), cast.client(), between=begin)
        cast.play()
        begun[0].end()
    print(json.dumps({name: asdict(view) for name, view in cast.views.items()}))


if __name__ == "__main__":
    main()
