"""MIME (RFC 2045 to 2047): entities, multipart bodies, quoted-printable, and encoded words."""
