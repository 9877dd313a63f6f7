"""A server with the key agreement of the real one, which keeps what it received."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from overheard_services.disguise.diffie_hellman import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE = "fluffy tail"


@dataclass
class Agreed:
    """Its requests and responses, byte for byte, and the keys that it derived."""

    url: str = ""
    sent: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)


@contextmanager
def agreeing() -> Iterator[Agreed]:
    """Serve until the end of the `with` block."""
    agreed = Agreed()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            agreed.sent.append(sent)
            status, body = _answer(sent, agreed)
            agreed.answered.append(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        agreed.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield agreed
        finally:
            server.shutdown()
            thread.join()


def _answer(sent: bytes, agreed: Agreed) -> tuple[int, bytes]:
    party = Party()
    try:
        key = party.agree(json.loads(sent)["public"])
    except (ValueError, TypeError, KeyError):
        return 400, b'{"error": "no public value"}'
    agreed.keys.append(key)
    return 200, json.dumps({"public": party.public, "token": Fernet(key).encrypt(MESSAGE.encode()).decode()}).encode()
