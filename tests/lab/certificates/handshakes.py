"""Handshakes in memory with the OpenSSL of this Python: whether a client refuses a chain."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from lab.certificates.odd_chain import Chain
from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.read import read


def refused(chain: Chain, *, strict: bool) -> bool:
    """Whether a client that is set up as urllib3 sets it up refuses the chain, in a handshake in memory."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.hostname_checks_common_name = False
    # As `requests` on this Python has it; from 3.13 on it is the default.
    client.verify_flags |= ssl.VERIFY_X509_STRICT if strict else 0
    try:
        server = _server(chain)
        client.load_verify_locations(cadata=b"".join(one.der for one in chain.roots))
        shake_hands(client, server, chain.host)
    except ssl.SSLError:
        return True
    return False


def _server(chain: Chain) -> ssl.SSLContext:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "chain.pem"
        pem.write_bytes(b"".join(one.pem for one in chain.sent) + chain.sent[0].key_pem)
        server.load_cert_chain(pem)
    return server


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> None:
    """Raises SSLError if either refuses the other."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = len(ends)
    while waiting:
        waiting = 0
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                waiting += 1


def parsed(chain: Chain) -> tuple[list[Certificate], list[Certificate]]:
    sent = [read(one.der, "it").certificates[0] for one in chain.sent]
    return sent, [read(one.der, "it").certificates[0] for one in chain.roots]
