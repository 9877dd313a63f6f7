"""Is the password of a login overheard?"""

import os
import threading

import pytest
import requests
from app import app
from werkzeug.serving import make_server

PASSWORD = "correct horse battery"
# A folder with the certificate of the server, its key, and the root that the client trusts. Without it: no TLS.
CERTIFICATES = os.environ.get("CERTIFICATES")


@pytest.fixture
def server():
    """The application, at a free port."""
    tls = (f"{CERTIFICATES}/server.pem", f"{CERTIFICATES}/server.key") if CERTIFICATES else None
    server = make_server("localhost", 0, app, ssl_context=tls)
    threading.Thread(target=server.serve_forever).start()
    yield server
    server.shutdown()


def test_the_password_is_never_overheard(overheard, server):
    """A recording is made while the block runs, and judged at its end."""
    scheme, trusted = ("https", f"{CERTIFICATES}/client.pem") if CERTIFICATES else ("http", None)
    with overheard.listen(port=server.port, secret=PASSWORD) as wire:
        login = {"user": "squirrel", "password": PASSWORD}
        answer = requests.post(f"{scheme}://localhost:{server.port}/login", data=login, verify=trusted)
        assert answer.text == "welcome, squirrel"
    assert wire.verdict.protected, wire.verdict
