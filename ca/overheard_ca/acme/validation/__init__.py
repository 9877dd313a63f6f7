"""How the CA looks whether a challenge is answered (RFC 8555, 8; RFC 8737)."""
