"""HTTP/1 (RFC 9112): messages, chunked bodies, and the change to another protocol."""
