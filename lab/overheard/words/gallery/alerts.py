"""Handshakes that end for a reason outside them: records damaged on their way, servers that fail."""

from __future__ import annotations

from overheard.words.gallery.numbers import alert, net_error, secure_transport
from overheard.words.gallery.row import Row, handshake_failed
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="bad-record-mac",
        port=5635,
        wrong="a record was changed on its way, or encrypted with another key",
        made="TLS 1.2 with one bit of the server's encrypted Finished inverted",
        says=handshake_failed(
            "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
            "decryption failed or bad record mac",
            newer="record layer failure",
            newer_code="RECORD_LAYER_FAILURE",
        ),
        also=(
            "bad record mac",
            "bad_record_mac",
            "BadRecordMac",
            "SSL_ERROR_BAD_MAC_READ",
            "SSL_ERROR_BAD_MAC_ALERT",
            "cannot decrypt peer's message",
            "GnuTLS recv error ... Decryption has failed",
            net_error(-126),
            "DecryptError: cannot decrypt",
            "SSL_ERROR_DECRYPTION_FAILED_ALERT",
            "SEC_E_MESSAGE_ALTERED",
            "0x8009030f",
            "SEC_E_DECRYPT_FAILURE",
            "0x80090330",
            "the message or signature supplied for verification has been altered",
            "block cipher pad is wrong",
            "errSSLBadRecordMac",
            *secure_transport(9846),
            "incorrect message authentication code",
            *alert(20),
        ),
        cause="The check of an encrypted record failed: something between the two changed it (a faulty network card, "
        "driver or middlebox), or one connection is used by two processes or threads at once, as after a fork.",
        cure="Open connections only after a fork (uwsgi: `lazy-apps`), one for each thread or process. If it is not "
        "that, record on both sides and compare, and turn off what rewrites packets; if the server is not yours, try "
        "another network.",
        wire=Wire(),
    ),
    Row(
        name="internal-error",
        port=5636,
        wrong="the server fails in itself",
        made="a server that sends the alert internal_error in response to the ClientHello",
        says=handshake_failed("TLSV1_ALERT_INTERNAL_ERROR", "tlsv1 alert internal error"),
        also=(
            "alert internal error",
            "tls: internal error",
            "received fatal alert: internal_error",
            "received fatal alert: InternalError",
            "SSL_ERROR_INTERNAL_ERROR_ALERT",
            "peer reports it experienced an internal error",
            "gnutls_handshake() failed: Internal error",
            "errSSLPeerInternalError",
            *secure_transport(9838),
            *alert(80),
        ),
        cause="The server could not go on, for a reason of its own: it has no certificate for this name, cannot read "
        "its key, or has no backend. The alert does not say more (RFC 8446, 6.2).",
        cure="Read the server's log of that moment. If the server is not yours, check the name in the URL, try it "
        "without a proxy, and tell its owner.",
        wire=Wire("internal_error", "server"),
    ),
)
