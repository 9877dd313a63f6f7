"""What authorities publish about the certificates that they revoked, as clients and servers ask for it."""
