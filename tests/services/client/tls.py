"""TLS as the server sees it, and a certificate with a revocation list beside it."""

from __future__ import annotations

import http.server
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.pki import Files
from overheard_services.gallery.authority import Holder, chain, revocation_list, signed_by_itself
from overheard_services.gallery.plans import ROOT, SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Observed:
    """What a server observes of its clients: the names that they request (RFC 6066, 3), and what was negotiated."""

    url: str = ""
    names: list[str | None] = field(default_factory=list)
    versions: list[str | None] = field(default_factory=list)
    suites: list[str] = field(default_factory=list)
    hosts: list[str | None] = field(default_factory=list)


@contextmanager
def observing(files: Files) -> Iterator[Observed]:
    """Serve HTTPS at 127.0.0.1 until the end of the `with` block."""
    noticed = Observed()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    context.sni_callback = lambda _socket, name, _context: noticed.names.append(name)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert isinstance(self.connection, ssl.SSLSocket)
            noticed.versions.append(self.connection.version())
            noticed.suites.append((self.connection.cipher() or ("",))[0])
            noticed.hosts.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b"fluffy tail")

        def log_message(self, *_: object) -> None: ...

    class Server(http.server.HTTPServer):
        def handle_error(self, *_: object) -> None:
            """Ignore clients that abort the handshake: some tests are about these."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        noticed.url = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield noticed
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class RevocableServer:
    """A server's files under a root, and the root's revocation lists in DER: with the server on it, and empty."""

    files: Files
    revoked: bytes
    empty: bytes

    @classmethod
    def make(cls, folder: Path) -> RevocableServer:
        """Create all of them in `folder`."""
        root = signed_by_itself(ROOT)
        (server,) = chain([SERVER], root, "")
        revoked, empty = (revocation_list(root, each, days=1) for each in ([server.certificate], []))
        return cls(_files(folder, root, server), revoked.public_bytes(Encoding.DER), empty.public_bytes(Encoding.DER))


def _files(folder: Path, root: Holder, server: Holder) -> Files:
    files = Files(folder / "root.pem", folder / "certificate.pem", folder / "key.pem")
    files.root.write_bytes(root.certificate.public_bytes(Encoding.PEM))
    files.certificate.write_bytes(server.certificate.public_bytes(Encoding.PEM))
    files.key.write_bytes(server.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
