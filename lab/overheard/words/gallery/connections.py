"""Connections without TLS, or that end during the TLS handshake."""

from __future__ import annotations

from overheard.words.gallery.row import Row, aborted, ended, handshake_failed, timed_out
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="http-on-tls-port",
        port=5630,
        wrong="the client speaks HTTP, and the server TLS",
        made="an http:// URL with the port of a TLS server",
        says=aborted(
            "Remote end closed connection without response",
            "RemoteDisconnected('Remote end closed connection without response')",
        ),
        cause="The URL begins with http://, but its port expects TLS; the request has crossed the wire in clear. A "
        "server may also respond with 400, as nginx does.",
        cure="Write https:// in the URL.",
        wire=Wire(application_data=True),
        scheme="http",
    ),
    Row(
        name="tls-on-http-port",
        port=5631,
        wrong="the client speaks TLS, and the server HTTP",
        made="an https:// URL with the port of an HTTP server, which answers 400 Bad Request",
        says=handshake_failed("WRONG_VERSION_NUMBER", "wrong version number"),
        cause="The response was not TLS: the port expects plain HTTP, or a proxy that expects plain HTTP is configured "
        "as https://.",
        cure="Use the port that has TLS (443), turn on TLS for this one (nginx: `listen 443 ssl;`), or write the "
        "proxy as HTTPS_PROXY=http://PROXY:3128.",
        wire=Wire(),
    ),
    Row(
        name="cut-in-handshake",
        port=5632,
        wrong="the connection is closed in the middle of the handshake",
        made="a server that closes the connection after the ClientHello",
        says=ended(
            "EOF",
            "SSLEOFError(8, '[SSL: UNEXPECTED_EOF_WHILE_READING] "
            "EOF occurred in violation of protocol (_ssl.c:{line})')",
            # Python 3.11.2, which Debian 12 has, reports the end, but not that it came too early.
            "SSLZeroReturnError(6, 'TLS/SSL connection has been closed (EOF) (_ssl.c:{line})')",
        ),
        cause="The server, or something in front of it, closed the connection without an alert: a load balancer "
        "without a backend, a server that crashed or has no certificate, or a firewall that blocks the name.",
        cure="Read the logs of the server and of what is in front of it; a recording on the server's side shows "
        "whether the ClientHello arrives there and who sends the FIN.",
        wire=Wire("decode_error", "client", perhaps=True),
    ),
    Row(
        name="reset-in-handshake",
        port=5633,
        wrong="the connection is reset in the middle of the handshake",
        made="a server that resets the connection after the ClientHello",
        says=aborted("Connection reset by peer", "ConnectionResetError(104, 'Connection reset by peer')"),
        cause="A reset came instead of a response: from a server that closed the connection with the request unread, "
        "or from a firewall that resets connections by the name in the ClientHello.",
        cure="Record on both sides: a reset that the server did not send comes from somewhere in between; compare its "
        "time to live with that of the other packets.",
        wire=Wire(),
    ),
    Row(
        name="silent-in-handshake",
        port=5634,
        wrong="the server does not respond",
        made="a server that accepts the connection and never responds",
        says=timed_out(),
        cause="The connection was established, but there was no response to the ClientHello: a server with no free "
        "worker, or a network that loses full-size packets, which a ClientHello with post-quantum keys needs.",
        cure="Always give requests a timeout; check that the server has free workers, and try "
        "`ping -M do -s 1472 HOST` to find a network that loses large packets.",
        wire=Wire(),
        patience=1,
    ),
)
