"""The names of the files that are handed over in a shared folder, by the certificate authority and others."""

# The SHA-256 of the root certificate (its DER bytes), in lower-case hexadecimal.
FINGERPRINT = "root.sha256"
# A token that is valid for one certificate.
TOKEN = "token"  # noqa: S105  (a file's name)

# The public key of the authority's log, in PEM.
LOG_KEY = "log.pem"

# The gallery hands over its root certificate to a client, in PEM.
GALLERY_ROOT = "root.pem"

# The interceptor hands over, to a client that was made to trust it, the root certificate of its own authority.
IMPOSTOR_ROOT = "root.pem"
