"""The certificate authority of the lab: a root, an intermediate CA that issues, and one endpoint that signs.

It certifies only names on its list, only for the one token that is valid for them, and sets all extensions itself; it
never copies an extension from a request.
"""
