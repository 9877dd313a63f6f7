"""WebSocket (RFC 6455), masked, compressed (RFC 7692), also from the middle of a connection."""
