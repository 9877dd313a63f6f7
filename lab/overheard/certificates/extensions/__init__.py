"""The extensions of certificates and revocation lists (RFC 5280, 4.2 and 5.2): a value, and words, for each.

One that cannot be read keeps its place and says why: it hides none of the others.
"""
