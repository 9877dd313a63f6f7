"""All cases, by subject. Their order determines the addresses of each."""

from __future__ import annotations

from itertools import chain

from corpus.cases import (
    armour,
    codings,
    datagrams,
    files,
    http2,
    joined,
    lives,
    mail,
    quic,
    requests,
    sctp,
    shapes,
    spellings,
    stores,
    terminals,
    tls,
    transfers,
    tunnels,
    websocket,
)

GROUPS = {
    "spellings, on a web page": spellings.CASES,
    "places in HTTP": requests.CASES,
    "codings of HTTP": codings.CASES,
    "files and text within text": files.CASES,
    "bytes written as text": armour.CASES,
    "HTTP/2 and gRPC": http2.CASES,
    "WebSocket": websocket.CASES,
    "mail": mail.CASES,
    "FTP and TFTP": transfers.CASES,
    "terminals and line protocols": terminals.CASES,
    "stores, queues, directories": stores.CASES,
    "datagrams and unknown protocols": datagrams.CASES,
    "segments of TCP": shapes.CASES,
    "connections of TCP": lives.CASES,
    "tunnels, disorder, fragments": tunnels.CASES,
    "SCTP": sctp.CASES,
    "around TLS": tls.CASES,
    "QUIC": quic.CASES,
    "text in several values": joined.CASES,
}
CASES = list(chain.from_iterable(GROUPS.values()))
