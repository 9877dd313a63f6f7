"""The servers of the benchmark: the web and a chatty line protocol, each in plaintext and over TLS 1.3."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bodies import Bodies, chatter, warm

if TYPE_CHECKING:
    import socket

PORTS = {"http": 80, "https": 443, "chat": 7000, "chats": 7443}
_CHUNK = 8192


def certificate(address: str, folder: Path) -> Path:
    """A self-signed certificate for `address`, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    return path


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, handler: type[socketserver.BaseRequestHandler], tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        super().__init__(("0.0.0.0", port), handler)  # noqa: S104 - in a network namespace of its own

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        if self._tls:
            # The handshake waits for the first read, which happens in the connection's own thread.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address


class _Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bodies: ClassVar[Bodies]

    def do_GET(self) -> None:
        if self.path.startswith("/state"):
            self._say_state()
            return
        body = self.bodies.next(*([2000] if self.path.startswith("/short") else []))
        self.send_response(200)
        self.send_header("Content-Type", body.content_type)
        self.send_header("Cache-Control", "private, max-age=60")
        if body.encoding:
            self.send_header("Content-Encoding", body.encoding)
        if not body.chunked:
            self.send_header("Content-Length", str(len(body.data)))
            self.end_headers()
            self.wfile.write(body.data)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body.data), _CHUNK):
            piece = body.data[start : start + _CHUNK]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _say_state(self) -> None:
        body = b'{"state": "ready", "open": %d, "note": "%b"}' % (self.client_address[1], self.path[-6:].encode())
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "12")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class _Chat(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    lines: ClassVar[list[tuple[bytes, bytes]]]

    def handle(self) -> None:
        answers = dict(self.lines)
        for line in self.rfile:
            self.wfile.write(answers[line])


def serve(certificate_file: Path, seed: str) -> None:
    """Run all servers until standard input ends. Prints `ready` when they listen."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(certificate_file)
    warm()
    _Web.bodies, _Chat.lines = Bodies(seed), chatter(seed)
    for name, port in PORTS.items():
        server = _Server(port, _Chat if "chat" in name else _Web, tls if name.endswith("s") else None)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
