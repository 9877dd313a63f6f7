"""Connections that never come to TLS, or do not live to its end."""

from __future__ import annotations

from overheard.words.gallery.row import Row, aborted, broken, ended, timed_out
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="http-on-tls-port",
        wrong="the client speaks HTTP, and the server TLS",
        made="an http:// URL with the port of a TLS server",
        says=aborted(
            "Remote end closed connection without response",
            "RemoteDisconnected('Remote end closed connection without response')",
        ),
        cause="The URL begins with http://, and its port is one for TLS; the request has crossed the wire in clear. A "
        "server may also answer 400, as nginx does.",
        cure="Write https:// in the URL.",
        wire=Wire(application_data=True),
        scheme="http",
    ),
    Row(
        name="tls-on-http-port",
        wrong="the client speaks TLS, and the server HTTP",
        made="an https:// URL with the port of an HTTP server, which answers 400 Bad Request",
        says=broken("WRONG_VERSION_NUMBER", "wrong version number"),
        cause="What came back was no TLS: the port is one for plain HTTP, or a proxy is given as https:// that is to "
        "be spoken to over HTTP.",
        cure="Ask the port that has TLS (443), switch TLS on for this one (nginx: `listen 443 ssl;`), or write the "
        "proxy as HTTPS_PROXY=http://PROXY:3128.",
        wire=Wire(),
    ),
    Row(
        name="cut-in-handshake",
        wrong="the connection is ended in the middle of the handshake",
        made="a server that closes the connection once it has the ClientHello",
        says=ended(
            "EOF",
            "SSLEOFError(8, '[SSL: UNEXPECTED_EOF_WHILE_READING] "
            "EOF occurred in violation of protocol (_ssl.c:{line})')",
            # Python 3.11.2, which Debian 12 has, knows the end but not that it came too early.
            "SSLZeroReturnError(6, 'TLS/SSL connection has been closed (EOF) (_ssl.c:{line})')",
        ),
        cause="The server, or something before it, closed the connection without an alert: a load balancer without a "
        "server behind it, a server that crashed or has no certificate, or a firewall that does not like the "
        "name.",
        cure="Read the log of the server and of what stands before it; a recording on the server's side shows "
        "whether the ClientHello gets there and who sends the FIN.",
        wire=Wire("decode_error", "client", perhaps=True),
    ),
    Row(
        name="reset-in-handshake",
        wrong="the connection is reset in the middle of the handshake",
        made="a server that resets the connection once it has the ClientHello",
        says=aborted("Connection reset by peer", "ConnectionResetError(104, 'Connection reset by peer')"),
        cause="A reset came in place of an answer: a server that ended with the request unread, or a firewall that "
        "resets connections by the name in the ClientHello.",
        cure="Record on both sides: a reset that the server's side did not send comes from between; compare its time "
        "to live with that of the other packets.",
        wire=Wire(),
    ),
    Row(
        name="silent-in-handshake",
        wrong="the server says nothing",
        made="a server that takes the connection and never answers",
        says=timed_out(),
        cause="The connection was made and nothing came back for the ClientHello: a server with no worker free, or a "
        "network that loses packets of full size, which a ClientHello with post-quantum keys takes.",
        cure="Always give requests a timeout; see that the server has workers free, and try "
        "`ping -M do -s 1472 HOST` to find a network that loses large packets.",
        wire=Wire(),
        patience=1,
    ),
)
