"""DNS messages (RFC 1035), in datagrams and over TCP."""
