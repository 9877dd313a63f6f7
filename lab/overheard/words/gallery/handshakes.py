"""Handshakes on which the two sides cannot agree."""

from __future__ import annotations

from overheard.words.gallery.row import Row, broken
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="tls-1.0-only",
        wrong="the server speaks nothing newer than TLS 1.0",
        made="a server with TLS 1.0 as its newest version",
        says=broken("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version"),
        cause="The client offers TLS 1.2 and 1.3, and the server knows older versions only, which nobody should use "
        "(RFC 8996).",
        cure="Switch on TLS 1.2 or 1.3 at the server (nginx: `ssl_protocols TLSv1.2 TLSv1.3;`); a device that "
        "cannot, belongs behind a proxy that can.",
        wire=Wire("protocol_version", "server"),
    ),
    Row(
        name="no-cipher-in-common",
        wrong="the server knows none of the cipher suites that the client offers",
        made="TLS 1.2 with ECDHE-ECDSA-AES128-CCM8 alone, which clients offer when told to",
        says=broken(
            "SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure", newer="ssl/tls alert handshake failure"
        ),
        cause="The server finds nothing that it supports in the client's offer: mostly old servers, with suites that "
        "are out of use, or those whose only certificate is of a kind that the client's suites are not for.",
        cure="Give the server current suites (nginx: `ssl_ciphers HIGH:!aNULL;`) or TLS 1.3; "
        "`openssl s_client -connect HOST:443 -cipher ALL:@SECLEVEL=0` shows what it agrees to, and "
        "`openssl ciphers -s -v` what a client offers.",
        wire=Wire("handshake_failure", "server"),
    ),
    Row(
        name="dh-key-too-small",
        wrong="the server's Diffie-Hellman prime is too short",
        made="TLS 1.2 with DHE alone, and a prime of 1,024 bits",
        says=broken("DH_KEY_TOO_SMALL", "dh key too small"),
        cause="The server exchanges keys with a prime of fewer than 2,048 bits, which can be computed backwards "
        "(Logjam, 2015), and OpenSSL's security level 2 refuses that.",
        cure="Have the server use ECDHE, or give it a group of RFC 7919 (nginx: `ssl_dhparam` with ffdhe2048); a "
        "client that must, can leave DHE out with `set_ciphers('DEFAULT:!DHE')`.",
        wire=Wire("handshake_failure", "client"),
    ),
    Row(
        name="legacy-renegotiation",
        wrong="the server does not know secure renegotiation",
        made="TLS 1.2 without the extension renegotiation_info in the ServerHello",
        says=broken("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "unsafe legacy renegotiation disabled"),
        cause="The server, or a box before it, is from before RFC 5746 of 2010: an attacker could put a request of "
        "their own before the client's. OpenSSL has refused that since 3.0.",
        cure="Update the server or the box; for the time until then, and for that server alone, a context with "
        "`context.options |= ssl.OP_LEGACY_SERVER_CONNECT` (Python 3.12; its number is 4).",
        wire=Wire("handshake_failure", "client"),
    ),
    Row(
        name="key-mismatch",
        wrong="the server's key does not belong to its certificate",
        made="TLS 1.2 with another certificate of the same authority in place of the server's own",
        says=broken("BAD_SIGNATURE", "bad signature"),
        cause="The server signs the handshake with a key that the certificate is not for: mostly one of the two files "
        "was renewed and the other was not, behind something that does not compare them.",
        cure="`openssl x509 -noout -pubkey -in server.pem` and `openssl pkey -pubout -in key.pem` must print the "
        "same; install the pair that does.",
        wire=Wire("decrypt_error", "client"),
    ),
    Row(
        name="sni-refused",
        wrong="the server has nothing under the name that it is asked for",
        made="a server that refuses every name in the ClientHello",
        says=broken("TLSV1_UNRECOGNIZED_NAME", "tlsv1 unrecognized name"),
        cause="The client names the host in its first message (RFC 6066, 3), and the server or the proxy before it "
        "knows no such host.",
        cure="See that the name in the URL is one that the server is set up for (nginx: `server_name`), and that the "
        "name leads to the right machine; `openssl s_client -connect HOST:443 -servername NAME` tries others.",
        wire=Wire("unrecognized_name", "server"),
    ),
    Row(
        name="client-certificate-missing",
        wrong="the server wants a certificate of the client, which has none",
        made="TLS 1.2 with CERT_REQUIRED",
        says=broken(
            "SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure", newer="ssl/tls alert handshake failure"
        ),
        cause="The server asked the client for a certificate and got none; in TLS 1.2 it then fails the handshake "
        "(RFC 5246, 7.4.6), and in TLS 1.3 it says `certificate required` after it.",
        cure="Give the client its certificate and key: `requests.get(url, cert=('client.pem', 'client.key'))`; "
        "`openssl s_client -connect HOST:443` lists under `Acceptable client certificate CA names` whose it "
        "must be.",
        wire=Wire("handshake_failure", "server"),
    ),
)
