"""The run that the tests of the page are about."""

from __future__ import annotations

# Each kind of page: in clear, encrypted, refused, intercepted, with a picture, and with the keys of TLS 1.2.
NAMES = (
    "http",
    "diffie-hellman",
    "https-untrusted",
    "https",
    "https-unverified-intercepted",
    "mutual-tls",
    "no-forward-secrecy",
)
MESSAGE = "fluffy tail"
HERE = {"base_url": "http://127.0.0.1:8080"}
