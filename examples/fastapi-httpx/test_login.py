"""Is the password of a login overheard?"""

import os
import ssl
import threading
import time

import httpx
import pytest
import uvicorn
from app import app

PASSWORD = "correct horse battery"
# A folder with the certificate of the server, its key, and the root that the client trusts. Without it: no TLS.
CERTIFICATES = os.environ.get("CERTIFICATES")


@pytest.fixture
def port():
    """The application, at a free port."""
    tls = {"ssl_certfile": f"{CERTIFICATES}/server.pem", "ssl_keyfile": f"{CERTIFICATES}/server.key"}
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", **(tls if CERTIFICATES else {})))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def test_the_password_is_never_overheard(overheard, port):
    """A recording is made while the block runs, and judged at its end."""
    scheme, trusted = "http", True
    if CERTIFICATES:
        scheme, trusted = "https", ssl.create_default_context(cafile=f"{CERTIFICATES}/client.pem")
    with overheard.listen(port=port, secret=PASSWORD) as wire:
        login = {"user": "squirrel", "password": PASSWORD}
        answer = httpx.post(f"{scheme}://localhost:{port}/login", json=login, verify=trusted)
        assert answer.json() == {"welcome": "squirrel"}
    assert wire.verdict.protected, wire.verdict
