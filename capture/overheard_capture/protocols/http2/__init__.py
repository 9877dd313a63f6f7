"""HTTP/2 (RFC 9113) with HPACK (RFC 7541) and gRPC, also from the middle of a connection."""

from __future__ import annotations

# The client's connection preface (RFC 9113, 3.4), by which HTTP/2 is recognised.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
