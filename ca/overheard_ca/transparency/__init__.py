"""A log of what was issued (RFC 6962): a Merkle tree that only grows, and whose every state is signed.

Whoever asks can prove that a certificate is in it, and that it was never rewritten; it does not have to be believed.
"""
