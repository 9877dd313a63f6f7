"""`python by_caddy.py ROOT URL`: prints what a URL has, fetched by Caddy, and so by Go, with one root to trust."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# What it says when it cannot reach the server behind it.
_FAILED = 502
_PROXY = """
{{
    admin off
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    reverse_proxy {url} {{
        header_up Host {{upstream_hostport}}
    }}
}}
"""


def fetched(root: str, url: str) -> tuple[int, str]:
    """The status, and the content; or what Caddy says of its failure."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "Caddyfile"
        file.write_text(_PROXY.format(port=port, url=url.rstrip("/")))
        # Go's own variables. It trusts nothing else then.
        environment = {**os.environ, "HOME": home, "SSL_CERT_FILE": root, "SSL_CERT_DIR": home}
        with subprocess.Popen(
            ["caddy", "run", "--config", file], env=environment, stderr=subprocess.PIPE, text=True
        ) as caddy:
            try:
                status, content = _asked(f"http://127.0.0.1:{port}/")
            finally:
                caddy.terminate()
                said = caddy.communicate()[1]
    return status, content if status != _FAILED else said


def _asked(url: str) -> tuple[int, str]:
    """What the proxy responds, once it listens."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 30
    while True:
        try:
            with opener.open(url, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, ""
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    status, content = fetched(*sys.argv[1:])
    print(content)
    sys.exit(status == _FAILED)
