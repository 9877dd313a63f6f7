"""The certificate authority of the lab: a root, an intermediate CA that issues, an endpoint that signs, and ACME.

It certifies only names that a token is valid for, or whose owner answered a challenge, and sets all extensions itself;
it never copies an extension from a request.
"""
