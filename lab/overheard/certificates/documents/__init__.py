"""What files of a public key infrastructure hold: certificates, requests, revocation lists, OCSP, keys, and bundles.

Each is read by a function that takes an element and raises Asn1Error. Of private keys only what is public is kept.
"""
