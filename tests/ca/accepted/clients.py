"""TLS clients as people have them, each of which is told to trust one root, and asks a server on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from applications.servers import program
from processes import LONG

# As Python 3.13 and later check by default, whatever this Python does.
_STRICT = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
print(urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)).open(sys.argv[2]).read().decode())
"""
_REQUESTS = """
import requests, sys
session = requests.Session()
session.trust_env = False
print(session.get(sys.argv[2], verify=sys.argv[1]).text)
"""
_NODE = """
const https = require("https");
https.get(process.argv[1], answer => answer.pipe(process.stdout)).on("error", error => {
    console.error(error.message);
    process.exit(1);
});
"""


def _curl(root: Path, url: str) -> list[str]:
    return [program("curl"), "-sS", "--noproxy", "*", "--cacert", str(root), url]


def _python(script: str) -> Callable[[Path, str], list[str]]:
    return lambda root, url: [sys.executable, "-c", script, str(root), url]


def _java(root: Path, url: str) -> list[str]:
    return [program("java"), str(Path(__file__).with_name("Client.java")), str(root), url]


def _node(root: Path, url: str) -> list[str]:
    # The variable adds a root to its own, which have none of this CA.
    return ["env", f"NODE_EXTRA_CA_CERTS={root}", program("node"), "-e", _NODE, url]


def _gnutls(root: Path, url: str) -> list[str]:
    host, _, port = url.removeprefix("https://").rstrip("/").partition(":")
    asks = r'printf "GET / HTTP/1.0\r\n\r\n" | "$0" "$@"'
    client = [program("gnutls-cli"), "--logfile=/dev/null", "--no-ocsp", f"--x509cafile={root}", "-p", port, host]
    return ["sh", "-c", asks, *client]


def _script(name: str, *programs: str) -> Callable[[Path, str], list[str]]:
    """A client that takes more than a command; it needs these programs."""
    file = str(Path(__file__).with_name(name))
    return lambda root, url: [*map(program, programs), sys.executable, file, str(root), url][len(programs) :]


CLIENTS: dict[str, Callable[[Path, str], list[str]]] = {
    "curl": _curl,
    "requests": _python(_REQUESTS),
    "python, strict": _python(_STRICT),
    "java": _java,
    "node": _node,
    "gnutls": _gnutls,
    "go": _script("by_caddy.py", "caddy"),
    "chromium": _script("by_chromium.py", "chromium", "certutil"),
}


def fetched(client: str, root: Path, url: str) -> str:
    """What a client printed; with what it complained of, if it failed."""
    done = subprocess.run(
        CLIENTS[client](root, url), capture_output=True, text=True, timeout=LONG, check=False, stdin=subprocess.DEVNULL
    )
    return done.stdout if done.returncode == 0 else f"refused ({done.returncode}): {done.stdout}{done.stderr}"
