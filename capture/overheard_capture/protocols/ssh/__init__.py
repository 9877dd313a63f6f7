"""SSH (RFC 4253): everything in clear up to NEWKEYS is read, and what follows must be ciphertext."""
