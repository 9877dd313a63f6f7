"""A service for the example: it takes logins at port 8000, over TLS if it is given a certificate."""

import os
import signal
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Welcomes everybody."""

    def do_POST(self) -> None:
        """Read the request, and answer it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b"welcome\n")


# The first process of a container ends only if it says so.
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
server = ThreadingHTTPServer(("", 8000), Handler)
if certificate := os.environ.get("CERTIFICATE"):
    # It also writes its session keys to the file that SSLKEYLOGFILE names.
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
