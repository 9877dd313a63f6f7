"""Base64 (RFC 4648), as a declared encoding of a body, or found in text."""
