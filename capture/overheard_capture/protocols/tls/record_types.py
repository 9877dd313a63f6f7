"""The types of TLS records (RFC 8446, 5.1; RFC 5246, 6.2), and how long one may be: all by which TLS is recognised."""

from __future__ import annotations

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = range(20, 25)
# What the bytes of each record type are counted as.
READ_AS = {
    CHANGE_CIPHER_SPEC: "TLS change of cipher specs",
    ALERT: "TLS alert",
    HANDSHAKE: "TLS handshake",
    APPLICATION_DATA: "TLS application data",
    HEARTBEAT: "TLS heartbeat",
}
# The maximum length of a record's content. TLS 1.2 has the largest (RFC 5246, 6.2.3).
MAX_RECORD = (1 << 14) + 2048
