"""Whether certificates are still good: a list of those that were revoked (CRL), and answers for one at a time (OCSP).

Both are public and signed, and are served over plain HTTP: whoever checks a certificate for TLS cannot need TLS for it.
"""
