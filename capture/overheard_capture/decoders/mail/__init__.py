"""The encodings of mail: MIME parts and headers (RFC 2045 to 2047), quoted-printable and encoded words."""
