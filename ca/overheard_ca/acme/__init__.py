"""ACME (RFC 8555): certificates for whoever proves that a name is theirs.

views           HTTP: resources, methods and headers
service         what each request does, in the terms of the RFC
signing, keys   JSON Web Signatures, and the keys that sign them (RFC 7515, RFC 7517)
store           accounts, orders, authorizations and challenges, in the ledger's file
validation      how the CA looks whether a challenge is answered
"""
