"""The names of the files that are handed over in a shared folder, by the certificate authority and others."""

# The SHA-256 of the root certificate (its DER bytes), in lower-case hexadecimal.
FINGERPRINT = "root.sha256"
# A token that is valid for one certificate.
TOKEN = "token"  # noqa: S105  (a file's name)

# The public key of the authority's log, in PEM.
LOG_KEY = "log.pem"

# The gallery hands over to a client, in PEM: its root certificate, and the revocation lists of its authorities.
GALLERY_ROOT = "root.pem"
GALLERY_CRL = "crl.pem"

# The interceptor hands over, to a client that was made to trust it, the root certificate of its own authority.
IMPOSTOR_ROOT = "root.pem"
