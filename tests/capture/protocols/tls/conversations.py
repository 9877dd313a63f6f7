"""Handshakes for tests of the record layer: handmade, or between two contexts of OpenSSL."""

from __future__ import annotations

import ssl
from typing import TypeAlias

from capture.talk import CHANGE_CIPHER_SPEC, client, message, noise, record, server
from lab.pki import Files

Transcript: TypeAlias = list[tuple[str, bytes]]

HELLO = record(22, message(1, client(suites=b"\xc0\x2f\x00\x02\x00\x3b\x00\x05\x00\x1b")), b"\3\1")
FINISHED = record(22, noise(40))


def agreed(suite: int = 0xC02F, *extensions: bytes) -> Transcript:
    """A handmade handshake of TLS 1.2."""
    answer = record(22, message(2, server(suite, *extensions)))
    return [(">", HELLO + CHANGE_CIPHER_SPEC + FINISHED), ("<", answer + CHANGE_CIPHER_SPEC + FINISHED)]


class HandshakePeers:
    """The contexts of a client and a server, for handshakes with each other."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.accepting.load_cert_chain(files.certificate, files.key)
        self.asking = ssl.create_default_context(cafile=str(files.root))

    def only(self, version: ssl.TLSVersion, ciphers: str) -> None:
        """Restrict both to one version."""
        for context in (self.asking, self.accepting):
            context.set_ciphers(ciphers)
            context.minimum_version = context.maximum_version = version
