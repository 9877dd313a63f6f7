"""What the certificate authority hands over to a requester: the names of the files in the folder that they share."""

# The SHA-256 of the root certificate (its DER bytes), in lower-case hexadecimal.
FINGERPRINT = "root.sha256"
# What is good for one certificate.
TOKEN = "token"  # noqa: S105  (a file's name)
