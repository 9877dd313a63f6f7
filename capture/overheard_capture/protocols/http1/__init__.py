"""HTTP/1 (RFC 9112): messages, chunked bodies, and the upgrade to another protocol."""
