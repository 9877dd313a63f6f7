"""A certificate authority for tests, in four functions: a private key, a root, a request, and the signature under it.

They have the names and arguments of the tutorial that this lab implements, and what has changed since it was written:

    from overheard.pki import generate_csr, generate_private_key, generate_public_key, sign_csr

    ca_private_key = generate_private_key("ca-private-key.pem", "secret_squirrel")
    ca_public_key = generate_public_key(ca_private_key, "ca-public-key.pem", org="My CA Company", hostname="my-ca.com")
    private_key = generate_private_key("server-private-key.pem", "serverpassword")
    csr = generate_csr(private_key, "server-csr.pem", hostname="localhost", alt_names=["127.0.0.1"])
    sign_csr(csr, ca_public_key, ca_private_key, "server-public-key.pem")

As in the tutorial, a "public key" is a certificate: a public key with a name, signed. Every error is a PkiError, in
words. docs/by-hand.md builds the same step by step.
"""

from overheard.pki.errors import PkiError
from overheard.pki.issuing import THIS_MACHINE, sign_csr
from overheard.pki.making import generate_csr, generate_private_key, generate_public_key

__all__ = [
    "THIS_MACHINE",
    "PkiError",
    "generate_csr",
    "generate_private_key",
    "generate_public_key",
    "sign_csr",
]
