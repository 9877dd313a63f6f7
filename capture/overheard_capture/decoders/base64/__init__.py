"""Base64 in text and as a body (RFC 4648): found, decoded and read on."""
