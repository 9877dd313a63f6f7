"""Handshakes on which the two sides cannot agree."""

from __future__ import annotations

from overheard.words.gallery.row import Row, handshake_failed
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="tls-1.0-only",
        port=5623,
        wrong="the server supports nothing newer than TLS 1.0",
        made="a server with TLS 1.0 as its newest version",
        says=handshake_failed("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version"),
        cause="The client offers TLS 1.2 and 1.3, and the server supports only older versions, which nobody should use "
        "(RFC 8996).",
        cure="Enable TLS 1.2 or 1.3 on the server (nginx: `ssl_protocols TLSv1.2 TLSv1.3;`); put a device that cannot "
        "do this behind a proxy that can.",
        wire=Wire("protocol_version", "server"),
    ),
    Row(
        name="no-cipher-in-common",
        port=5624,
        wrong="the server supports none of the cipher suites that the client offers",
        made="TLS 1.2 with only ECDHE-ECDSA-AES128-CCM8, which clients offer only if configured to",
        says=handshake_failed(
            "SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure", newer="ssl/tls alert handshake failure"
        ),
        cause="The server supports nothing that the client offers: mostly old servers with obsolete suites, or servers "
        "whose only certificate has a kind of key that the client's suites do not use.",
        cure="Give the server current suites (nginx: `ssl_ciphers HIGH:!aNULL;`) or TLS 1.3; "
        "`openssl s_client -connect HOST:443 -cipher ALL:@SECLEVEL=0` shows what it accepts, and "
        "`openssl ciphers -s -v` what a client offers.",
        wire=Wire("handshake_failure", "server"),
    ),
    Row(
        name="dh-key-too-small",
        port=5625,
        wrong="the server's Diffie-Hellman prime is too short",
        made="TLS 1.2 with only DHE, and a prime of 1,024 bits",
        says=handshake_failed("DH_KEY_TOO_SMALL", "dh key too small"),
        cause="The server exchanges keys with a prime of fewer than 2,048 bits, which can be broken (Logjam, 2015), "
        "and OpenSSL's security level 2 rejects that.",
        cure="Have the server use ECDHE, or give it a group of RFC 7919 (nginx: `ssl_dhparam` with ffdhe2048); a "
        "client that has no choice can leave out DHE with `set_ciphers('DEFAULT:!DHE')`.",
        wire=Wire("handshake_failure", "client"),
    ),
    Row(
        name="legacy-renegotiation",
        port=5626,
        wrong="the server does not support secure renegotiation",
        made="TLS 1.2 without the extension renegotiation_info in the ServerHello",
        says=handshake_failed("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "unsafe legacy renegotiation disabled"),
        cause="The server, or a middlebox in front of it, does not implement RFC 5746 of 2010: an attacker could "
        "insert their own request before the client's. OpenSSL has rejected that since 3.0.",
        cure="Update the server or the middlebox; until then, and for that server only, use a context with "
        "`context.options |= ssl.OP_LEGACY_SERVER_CONNECT` (Python 3.12; its number is 4).",
        wire=Wire("handshake_failure", "client"),
    ),
    Row(
        name="key-mismatch",
        port=5627,
        wrong="the server's key does not belong to its certificate",
        made="TLS 1.2 with another certificate from the same authority instead of the server's own",
        says=handshake_failed("BAD_SIGNATURE", "bad signature"),
        cause="The server signs the handshake with a key that does not match the certificate: mostly one of the two "
        "files was renewed and the other was not, and the server software does not compare them.",
        cure="`openssl x509 -noout -pubkey -in server.pem` and `openssl pkey -pubout -in key.pem` must print the "
        "same; install the pair that does.",
        wire=Wire("decrypt_error", "client"),
    ),
    Row(
        name="sni-refused",
        port=5628,
        wrong="the server does not know the name that the client asks for",
        made="a server that rejects every name in the ClientHello",
        says=handshake_failed("TLSV1_UNRECOGNIZED_NAME", "tlsv1 unrecognized name"),
        cause="The client names the host in its first message (RFC 6066, 3), and the server or the proxy in front of "
        "it knows no such host.",
        cure="Check that the server is configured for the name in the URL (nginx: `server_name`), and that the name "
        "resolves to the right machine; `openssl s_client -connect HOST:443 -servername NAME` tries others.",
        wire=Wire("unrecognized_name", "server"),
    ),
    Row(
        name="client-certificate-missing",
        port=5629,
        wrong="the server requires a client certificate, and the client has none",
        made="TLS 1.2 with CERT_REQUIRED",
        says=handshake_failed(
            "SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure", newer="ssl/tls alert handshake failure"
        ),
        cause="The server asked the client for a certificate and got none; in TLS 1.2 it then fails the handshake "
        "(RFC 5246, 7.4.6), and in TLS 1.3 it says `certificate required` after it.",
        cure="Give the client its certificate and key: `requests.get(url, cert=('client.pem', 'client.key'))`; "
        "`openssl s_client -connect HOST:443` lists the accepted issuers under `Acceptable client certificate "
        "CA names`.",
        wire=Wire("handshake_failure", "server"),
    ),
)
