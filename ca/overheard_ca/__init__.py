"""The certificate authority of the lab: a root, a server-issuing certificate under it, and one endpoint that signs.

A promise: it certifies only names on its list, only for the one token that may ask for them, and only what it wrote
itself; no extension of a request is ever copied.
"""
