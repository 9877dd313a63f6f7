"""What the certificate authority hands over to a requester: the names of the files in the folder that they share."""

# The SHA-256 of the root certificate (its DER bytes), in lower-case hexadecimal.
FINGERPRINT = "root.sha256"
# What is good for one certificate.
TOKEN = "token"  # noqa: S105  (a file's name)

# What the gallery hands over to a client: its own root certificate, and what its authorities have taken back, as PEM.
GALLERY_ROOT = "root.pem"
GALLERY_CRL = "crl.pem"

# What the interceptor hands over to a client that was made to trust it: the root certificate of its own authority.
IMPOSTOR_ROOT = "root.pem"
