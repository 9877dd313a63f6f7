"""The certificate authority of the lab: a root, an issuing CA, an endpoint that signs, ACME, and a log.

It certifies only names that a token is valid for, or whose owner answered a challenge, and sets all extensions itself;
it never copies an extension from a request.
"""
